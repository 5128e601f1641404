"""Chips: what many of the results have and few other pictures do, to narrow them by with one tap.

Decided (our own rule; the papers say only that annotations of the result set are used):
- A chip's worth is coverage × log2(lift): the share of results that have it, times how much more common it
  is among them than in the catalogue. It is the term's part of the Kullback-Leibler divergence between the
  two, as in query expansion (Carpineto et al. 2001).
- It must narrow: at least two results and 3% have it, at most 90%; and it must say something: lift ≥ 1.5.
- Of two that say the same one stays, the worthier: same words, nested words with half of the results in
  common, or any words with four fifths in common ("red scarf" beside "scarf", a translation).
Chips are made of annotations and of attributes of items, the category included. Narrowing is in `narrow`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.discovery.arrange_pool import Mask, Pool
from saccade.discovery.looks_columns import Phrases
from saccade.discovery.narrow import ATTRIBUTE, PHRASE

LEAST_RESULTS, LEAST, MOST, LIFT = 2, 0.03, 0.9, 1.5
NESTED, ALIKE = 0.5, 0.8  # overlap of results (Jaccard) from which two chips say the same
_LOOKED_AT = 80  # chips that are compared with one another


@dataclass(frozen=True)
class Chip:
    """One way to narrow results; `id` is what `Narrow.chips` takes.

    `name` is the attribute's, `language` the phrase's. `count` and `coverage` (0..1): results that have it;
    `lift`: how many times as common it is among them as in the catalogue.
    """

    id: str
    kind: Literal["phrase", "attribute"]
    text: str
    name: str | None
    language: str | None
    count: int
    coverage: float
    lift: float


class _Candidate(NamedTuple):
    chip: Chip
    words: frozenset[str]
    has: Mask


def chips(
    pool: Pool, kept: Mask, most: int = 10, taken: Sequence[str] = (), language: str | None = None
) -> tuple[Chip, ...]:
    """The best chips of the kept candidates, at most `most`, phrases in one `language` or in any.

    `taken` are the ids of those that are chosen already, which are not offered again in other words.
    """
    total = int(kept.sum())
    if not total or most < 1:
        return ()
    found = [*_attributes(pool, kept, total), *_phrases(pool, kept, total, language)]
    said = [_words_of(pool, chip) for chip in taken]
    chosen: list[_Candidate] = []
    for one in sorted(found, key=lambda one: (-_worth(one.chip), one.chip.id))[:_LOOKED_AT]:
        again = one.chip.id in taken or one.words in said
        if len(chosen) < most and not again and not any(_same(one, other) for other in chosen):
            chosen.append(one)
    return tuple(one.chip for one in chosen)


def _words_of(pool: Pool, chip: str) -> frozenset[str]:
    """The folded words of a chip that was taken."""
    if chip.startswith(ATTRIBUTE):
        return _folded(chip.partition("=")[2])
    code = pool.said.phrases.ids.index(chip.removeprefix(PHRASE)).as_py()
    return _folded(pool.said.phrases.texts[code].as_py()) if code >= 0 else frozenset()


def _worth(chip: Chip) -> float:
    return chip.coverage * float(np.log2(chip.lift))


def _same(one: _Candidate, other: _Candidate) -> bool:
    common = float(np.count_nonzero(one.has & other.has) / np.count_nonzero(one.has | other.has))
    if common >= ALIKE or one.words == other.words:
        return True
    return common >= NESTED and (one.words <= other.words or one.words >= other.words)


def _passes(count: int, coverage: float, lift: float) -> bool:
    return count >= LEAST_RESULTS and LEAST <= coverage <= MOST and lift >= LIFT


def _folded(text: str) -> frozenset[str]:
    """Words without case and plural; the shortest ("in", "de") only where there are no others."""
    words = text.casefold().replace("-", " ").split()
    words = [word for word in words if len(word) > 2] or words
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words)


def _phrases(pool: Pool, kept: Mask, total: int, language: str | None) -> Iterator[_Candidate]:
    said = pool.said
    codes, counts = np.unique(said.codes[kept[said.which]], return_counts=True)
    if language is not None:
        spoken = np.array([tongue in ("", language) for tongue in _languages(said.phrases, codes)], np.bool_)
        codes, counts = codes[spoken], counts[spoken]
    coverage = counts / total
    lift = coverage / np.maximum(said.phrases.shares[codes], 1e-9)
    worth = coverage * np.log2(np.maximum(lift, 1))
    for place in np.argsort(-worth, kind="stable")[:_LOOKED_AT].tolist():
        if _passes(int(counts[place]), float(coverage[place]), float(lift[place])):
            code = int(codes[place])
            chip = Chip(
                PHRASE + said.phrases.ids[code].as_py(), "phrase", said.phrases.texts[code].as_py(), None,
                said.phrases.languages[code].as_py() or None, int(counts[place]), float(coverage[place]),
                float(lift[place]),
            )  # fmt: skip
            yield _Candidate(chip, _folded(chip.text), pool.phrase(code) & kept)


def _languages(phrases: Phrases, codes: NDArray[np.int64]) -> list[str]:
    return phrases.languages.take(pa.array(codes)).to_pylist()


def _attributes(pool: Pool, kept: Mask, total: int) -> Iterator[_Candidate]:
    rows: dict[tuple[str, str], list[int]] = {}
    for place in np.flatnonzero(kept).tolist():
        item = pool.rows[place].item
        if item is not None:
            for pair in item.attributes.items():
                rows.setdefault(pair, []).append(place)
            if item.category is not None:
                rows.setdefault(("category", item.category), []).append(place)
    few = max(LEAST_RESULTS, LEAST * total)
    for (name, value), places in rows.items():
        coverage = len(places) / total
        share = pool.shares.get((name, value), 1.0) if len(places) >= few else 1.0
        if _passes(len(places), coverage, coverage / share):
            has = np.zeros(len(pool), np.bool_)
            has[places] = True
            chip = Chip(
                f"{ATTRIBUTE}{name}={value}", "attribute", value, name, None, len(places), coverage,
                coverage / share,
            )  # fmt: skip
            yield _Candidate(chip, _folded(value), has)
