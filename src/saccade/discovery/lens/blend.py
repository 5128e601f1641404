"""The fixed blend: answers of several sources as one order, each weighted by how far it is to be believed.

Decided: the weighted sum of scores, each source's own scaled to 0..1 over what it found (CombSUM, Fox & Shaw
1994). Weights are confidences to a power, normalised to sum 1, so a source that is believed less gives its
weight to the others. `method="rank"` adds weight × (K + 1) / (K + rank) instead, reciprocal rank fusion
(Cormack, Clarke & Büttcher 2009), and `agree` multiplies by how many found it (CombMNZ). Scores were taken
since a rank does not say how far the first is ahead; on the two marketplaces that chose, the differences lay
within noise. Duplicates are merged: a candidate that several sources found is one result
with the shares of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from saccade.discovery.lens.shapes import Blended, Candidate, Found, Share

Method = Literal["rank", "score"]


@dataclass(frozen=True)
class BlendSettings:
    """method: fuse ranks or scores. flatness: K of reciprocal rank fusion; larger is flatter. power: of the
    confidences; larger trusts the best source more. agree: multiply by the number of sources that found it.
    kinds: how much results of the category that most agree on rise, 0 not at all; see `agreement`.
    """

    method: Method = "score"
    flatness: float = 20.0
    power: float = 2.0
    agree: bool = False
    kinds: float = 1.0


DEFAULT = BlendSettings()


def weights(confidences: Mapping[str, float], power: float = 1.0) -> dict[str, float]:
    """Of each source, summing to 1; all 0 where none is believed at all."""
    raised = {name: confidence**power if confidence > 0 else 0.0 for name, confidence in confidences.items()}
    total = sum(raised.values())
    return {name: value / total if total else 0.0 for name, value in raised.items()}


def fuse(
    found: Sequence[Found], confidences: Mapping[str, float], settings: BlendSettings = DEFAULT
) -> list[Blended]:
    """Every candidate once, best first, ties by key; scores 0..1."""
    weight = weights(confidences, settings.power)
    parts: dict[str, list[Share]] = {}
    firsts: dict[str, Candidate] = {}
    for one in found:
        for share in _parts(one, weight.get(one.source, 0.0), settings):
            candidate = one.candidates[share.rank - 1]
            firsts[candidate.key] = _shown(firsts.get(candidate.key), candidate)
            parts.setdefault(candidate.key, []).append(share)
    most = len(found) if settings.agree else 1
    made = [merged(firsts[key], shares, _times(shares, settings) / most) for key, shares in parts.items()]
    return sorted(made, key=lambda one: (-one.score, one.candidate.key))


def merged(candidate: Candidate, parts: Sequence[Share], times: float = 1.0) -> Blended:
    """One result of its parts, whose `share` holds what each source adds; they come out as shares of 1."""
    total = sum(part.share for part in parts)
    even = 1 / len(parts)
    shares = [
        Share(part.source, part.share / total if total > 0 else even, part.rank, part.score) for part in parts
    ]
    shares.sort(key=lambda share: (-share.share, share.rank, share.source))
    return Blended(candidate, total * times, tuple(shares))


def _parts(one: Found, weight: float, settings: BlendSettings) -> list[Share]:
    """What a source adds to each of its candidates, in its order."""
    scores = [candidate.score for candidate in one.candidates]
    if settings.method == "score" and scores:
        low, high = min(scores), max(scores)
        values = [(score - low) / (high - low) if high > low else 1.0 for score in scores]
    else:
        k = settings.flatness
        values = [(k + 1) / (k + rank) for rank in range(1, len(scores) + 1)]
    return [
        Share(one.source, weight * value, rank, score)
        for rank, (value, score) in enumerate(zip(values, scores, strict=True), start=1)
    ]


def _times(parts: Sequence[Share], settings: BlendSettings) -> float:
    return float(len(parts)) if settings.agree else 1.0


def _shown(known: Candidate | None, new: Candidate) -> Candidate:
    """The candidate that knows which picture matched."""
    return new if known is None or (known.image_id is None and new.image_id is not None) else known
