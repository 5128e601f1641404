"""The names of ranking metrics and what each means; `parse("ndcg@10")` turns a name into a `Metric`.

Two fields use one name for two things, so both families are here under names that cannot be mixed up:

| name | meaning for one query; R is the number of its relevant items | also called |
|---|---|---|
| `hit@k` | 1 if a relevant item is in the first k, else 0 | R@k in metric learning, CMC@k, Success@k |
| `P@k` | relevant in the first k / k | precision |
| `mean_p@k` | the same as `P@k`; its mean over queries is what some papers call AP@k | |
| `map@k` | sum of P@rank over relevant items in the first k, / R | AP@k of trec_eval (`map_cut`) |
| `AP` | `map@k` without a limit | average precision |
| `mAP@R` | `map@k` with k = R (Musgrave et al. 2020, arXiv 2003.08505) | |
| `Rprec` | `P@k` with k = R | R-precision |
| `R@k` | relevant in the first k / R | recall in information retrieval |
| `RR` | 1 / rank of the first relevant item, 0 if none was found; `RR@k` looks at the first k | MRR |
| `nDCG@k` | gain = relevance, discount log2(rank + 1), over the ideal (Järvelin & Kekäläinen 2002) | |
| `nDCG_exp@k` | the same with gain = 2^relevance - 1 (Burges et al. 2005) | |

`(rel=2)` after the name counts only relevance 2 and more as relevant: `P(rel=2)@10`. nDCG always grades.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from saccade.errors import InputError

Name = Literal["hit", "P", "mean_p", "map", "AP", "mAP@R", "Rprec", "R", "RR", "nDCG", "nDCG_exp"]

_ALIASES: dict[str, Name] = {
    "hit": "hit", "hit_rate": "hit", "success": "hit", "cmc": "hit",
    "p": "P", "precision": "P", "mean_p": "mean_p",
    "map": "map", "ap": "AP", "rprec": "Rprec", "r-precision": "Rprec", "r_precision": "Rprec",
    "r": "R", "recall": "R", "rr": "RR", "mrr": "RR",
    "ndcg": "nDCG", "ndcg_exp": "nDCG_exp", "ndcg_burges": "nDCG_exp",
}  # fmt: skip
_NEEDS_K = {"hit", "P", "mean_p", "R"}
_NO_K = {"AP", "mAP@R", "Rprec"}
_GRAMMAR = re.compile(r"([a-z_-]+)(?:\(rel=([1-9]\d{0,8})\))?(?:@([1-9]\d{0,8}|r))?", re.IGNORECASE)

_RANX = {
    "hit": "hit_rate", "P": "precision", "mean_p": "precision", "map": "map", "AP": "map",
    "Rprec": "r-precision", "R": "recall", "RR": "mrr", "nDCG": "ndcg", "nDCG_exp": "ndcg_burges",
}  # fmt: skip
_IR = {
    "hit": "Success", "P": "P", "mean_p": "P", "map": "AP", "AP": "AP",
    "Rprec": "Rprec", "R": "R", "RR": "RR", "nDCG": "nDCG",
}  # fmt: skip


@dataclass(frozen=True)
class Metric:
    """A metric by name, with its cut-off `k` (None: no limit) and the least relevance that counts."""

    name: Name
    k: int | None = None
    rel: int = 1

    def __str__(self) -> str:
        level = f"(rel={self.rel})" if self.rel != 1 else ""
        if self.name == "mAP@R":
            return f"mAP{level}@R"
        return f"{self.name}{level}" + (f"@{self.k}" if self.k else "")

    @property
    def ranx(self) -> str | None:
        """What ranx calls it, or None where it has no such metric."""
        if self.name not in _RANX:
            return None
        level = f"-l{self.rel}" if self.rel != 1 else ""
        return _RANX[self.name] + (f"@{self.k}" if self.k else "") + level

    @property
    def ir_measures(self) -> str | None:
        """What ir-measures calls it, or None where it has no such metric."""
        graded = self.name == "nDCG"
        level = f"(rel={self.rel})" if self.rel != 1 and not graded else ""
        return f"{_IR[self.name]}{level}" + (f"@{self.k}" if self.k else "") if self.name in _IR else None


def parse(text: str) -> Metric:
    """The metric that `text` names, in any case: `hit@1`, `ndcg@10`, `P(rel=2)@5`, `mAP@R`.

    Raises:
        InputError: no such metric, or a cut-off missing or too much. `AP@20` is refused since papers mean
            two things by it.
    """
    found = _GRAMMAR.fullmatch(text.strip())
    key = found[1].lower() if found else ""
    if found is None or key not in _ALIASES:
        raise InputError(f"no metric {text!r}: known are {', '.join(known())}")
    name, k, rel = _ALIASES[key], (found[3] or "").lower(), int(found[2] or 1)
    if k == "r":
        return _at_r(text, name, rel)
    if key == "ap" and k:
        raise InputError(f"{text} means two things in papers: write mean_p@{k} or map@{k}")
    if name in _NEEDS_K and not k:
        raise InputError(f"{text} needs a cut-off, such as {name}@10")
    if name in _NO_K and k:
        raise InputError(f"{text} takes no cut-off: write {name}")
    return Metric("AP" if name == "map" and not k else name, int(k) if k else None, rel)


def known() -> list[str]:
    """One example of every metric, sorted."""
    names = {*_ALIASES.values(), "mAP@R"}
    return sorted(f"{name}@10" if name not in _NO_K else name for name in names)


def _at_r(text: str, name: Name, rel: int) -> Metric:
    if name in ("map", "AP"):
        return Metric("mAP@R", None, rel)
    if name == "P":
        return Metric("Rprec", None, rel)
    raise InputError(f"no metric {text!r}: only mAP@R and P@R (which is Rprec) are cut at R")
