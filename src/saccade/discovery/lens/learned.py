"""A blend that is learned from what people clicked or judged after they had photographed something.

Decided: logistic regression over what the sources say of a candidate, fitted with L-BFGS and a ridge: a
handful of features needs no trees, and each weight can be read. For every source: whether it found the
candidate, its reciprocal rank, that times the source's confidence, and its score beside the source's best;
for all: how many found it, and the photo's quality times the reciprocal rank of each look at the photo. A
source's share in a result is what its features add. Pairs come from the tables: judgements (query_id is a
picture of the catalogue; grade 2 and more is good) and events of the surface `lens` (query is that picture; a
click, save or purchase is good, an impression is not). It is kept as JSON under `blends/` in the workspace;
without one the fixed blend serves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.lens.blend import merged
from saccade.discovery.lens.confidence import fit
from saccade.discovery.lens.shapes import Blended, Candidate, Found, LensQuery, Share
from saccade.discovery.pictures import read_pictures
from saccade.errors import InputError, NotFoundError
from saccade.workspace import Workspace

if TYPE_CHECKING:
    from saccade.discovery.lens.lens import Lens

NAME = "lens"
GOOD = ("click", "save", "purchase", "add_to_cart")
GRADE = 2
FEWEST = 20  # pairs of each kind
FLATNESS = 10.0
_OF_SOURCE = ("found", "near", "sure", "score", "clear")
_FORMAT = 1


@dataclass(frozen=True)
class Pair:
    """A photo of the catalogue, an item, and whether whoever took the photo liked it."""

    image_id: str
    item_id: str
    liked: bool


@dataclass(frozen=True)
class LearnedBlend:
    """weights: for each source those of `_OF_SOURCE`; together: of each further source that agrees; bias."""

    name: str
    weights: Mapping[str, tuple[float, ...]]
    together: float
    bias: float
    pairs: int = 0

    def fuse(self, found: Sequence[Found], confidences: Mapping[str, float], quality: float) -> list[Blended]:
        """Every candidate once, by its chance to be liked, best first, ties by key."""
        made: list[Blended] = []
        for candidate, parts in _parts(found):
            shares = [
                Share(s.source, max(0.0, self._adds(s, found, confidences, quality)), s.rank, s.score)
                for s in parts
            ]
            logit = sum(self._adds(s, found, confidences, quality) for s in parts)
            chance = 1 / (1 + np.exp(-(logit + self.bias + self.together * (len(parts) - 1))))
            whole = merged(candidate, shares)
            made.append(Blended(candidate, float(chance), whole.shares))
        return sorted(made, key=lambda one: (-one.score, one.candidate.key))

    def save(self, ws: Workspace) -> str:
        """Keep it in the workspace; returns where."""
        text = json.dumps({"format": _FORMAT, **asdict(self)}, indent=1)
        return ws.write_bytes(f"blends/{self.name}.json", text.encode())

    @staticmethod
    def load(ws: Workspace, name: str = NAME) -> LearnedBlend:
        """The kept one; `NotFoundError` where there is none, `InputError` for a file that is none."""
        place = f"blends/{name}.json"
        try:
            kept = json.loads(ws.read_bytes(place))
            weights = {source: tuple(map(float, row)) for source, row in kept["weights"].items()}
            return LearnedBlend(
                str(kept["name"]), weights, float(kept["together"]), float(kept["bias"]), int(kept["pairs"])
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, NotFoundError):
                raise
            raise InputError(f"{ws.path(place)} is no blend ({error}): learn it again") from error

    @staticmethod
    def find(ws: Workspace, name: str = NAME) -> LearnedBlend | None:
        """The kept one, None where there is none."""
        try:
            return LearnedBlend.load(ws, name)
        except NotFoundError:
            return None

    def _adds(
        self, share: Share, found: Sequence[Found], confidences: Mapping[str, float], quality: float
    ) -> float:
        own = self.weights.get(share.source)
        if own is None:
            return 0.0
        best = next(one.candidates[0].score for one in found if one.source == share.source)
        return float(np.dot(own, _features(share, best, confidences.get(share.source, 0.0), quality)))


def learn(
    lens: Lens, pairs: Sequence[Pair], name: str = NAME, ridge: float = 1e-3,
    photo: Callable[[str], bytes | None] | None = None,
) -> LearnedBlend:  # fmt: skip
    """A blend learned from pairs, each photo asked once; pairs whose item no source found teach nothing.

    `photo` gives the bytes of a pair's picture, by default those of the catalogue; None for one that is gone.
    Raises `InputError` with fewer than `FEWEST` liked or not liked pairs that were found.
    """
    liked: dict[str, dict[str, bool]] = {}
    for pair in pairs:
        row = liked.setdefault(pair.image_id, {})
        row[pair.item_id] = row.get(pair.item_id, False) or pair.liked
    names = [source.name for source in lens.sources]
    rows, right = _taught(lens, liked, names, photo or partial(_content, lens.engine.ws))
    good = int(right.sum())
    if min(good, len(right) - good) < FEWEST:
        raise InputError(
            f"expected {FEWEST} pairs of each kind that lens finds, found {good} liked and "
            f"{len(right) - good} not: collect more clicks or judgements"
        )
    model = fit(rows, right, ridge)
    width, flat = len(_OF_SOURCE), model.weights
    weights = {source: flat[at * width : (at + 1) * width] for at, source in enumerate(names)}
    return LearnedBlend(name, weights, flat[-1], model.bias, len(right))


def lens_pairs(ws: Workspace) -> list[Pair]:
    """What the tables know of photos and liked items: judgements and events of the surface `lens`."""
    judged = ws.table("judgements").read(["query_id", "item_id", "grade"]).to_pylist()
    pairs = [
        Pair(row["query_id"], row["item_id"], row["grade"] >= GRADE)
        for row in judged
        if row["grade"] is not None
    ]
    events = ws.table("events").read(["query", "item_id", "action"], "surface = 'lens'").to_pylist()
    return pairs + [
        Pair(row["query"], row["item_id"], row["action"] in GOOD)
        for row in events
        if row["query"] and row["item_id"]
    ]


def _taught(
    lens: Lens, liked: Mapping[str, Mapping[str, bool]], names: Sequence[str],
    photo: Callable[[str], bytes | None],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Features and labels of the candidates that somebody said something about."""
    rows, right = list[NDArray[np.float64]](), list[float]()
    for image, items in liked.items():
        data = photo(image)
        if data is None:
            continue
        asked = lens.gather(LensQuery(data))
        for candidate, parts in _parts(asked.found):
            if candidate.item_id is not None and candidate.item_id in items:
                quality = asked.known.quality.confidence
                rows.append(_row(parts, asked.found, asked.confidences, quality, names))
                right.append(float(items[candidate.item_id]))
    return np.array(rows).reshape(len(rows), -1), np.array(right)


def _content(ws: Workspace, image_id: str) -> bytes | None:
    return read_pictures(ws, [image_id])[image_id].data


def _row(
    parts: Sequence[Share], found: Sequence[Found], confidences: Mapping[str, float], quality: float,
    names: Sequence[str],
) -> NDArray[np.float64]:  # fmt: skip
    width = len(_OF_SOURCE)
    row = np.zeros(len(names) * width + 1)
    bests = {one.source: one.candidates[0].score for one in found if one.candidates}
    for part in parts:
        at = names.index(part.source) * width
        row[at : at + width] = _features(part, bests[part.source], confidences[part.source], quality)
    row[-1] = len(parts) - 1
    return row


def _features(share: Share, best: float, confidence: float, quality: float) -> tuple[float, ...]:
    """Of one source about one candidate, in the order of `_OF_SOURCE`."""
    near = (FLATNESS + 1) / (FLATNESS + share.rank)
    return 1.0, near, near * confidence, share.score / best if best > 0 else 0.0, near * quality


def _parts(found: Sequence[Found]) -> list[tuple[Candidate, list[Share]]]:
    """Every candidate with what each source says of it; `share` is not set."""
    kept: dict[str, tuple[Candidate, list[Share]]] = {}
    for one in found:
        for rank, candidate in enumerate(one.candidates, start=1):
            known = kept.setdefault(candidate.key, (candidate, []))
            known[1].append(Share(one.source, 0.0, rank, candidate.score))
    return list(kept.values())
