"""Does the blend of lens beat its sources? The same photos, asked of each alone and of all together.

    found = measure_lens(lens, photos, "mean_p@20")
    found.means["whole"], found.best, found.gain.difference

Decided: one `gather` a photo serves all lines, so they differ only in how candidates are ordered. The single
sources are ordered as they came; beside each stands the same source with its results voting for their
category (`_agreed`), which tells what that vote gives without other sources. The gain is that of the blend
over the source with the best mean, paired by photo (that the best is picked after the fact works against the
blend). Not here: which items are relevant; whoever calls says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saccade.discovery.lens.agreement import agreed
from saccade.discovery.lens.blend import BlendSettings, fuse
from saccade.discovery.lens.learned import LearnedBlend
from saccade.discovery.lens.lens import Gathered, Lens, blended
from saccade.discovery.lens.shapes import Blended, LensQuery
from saccade.errors import InputError
from saccade.metrics.compare import PairedTest, paired
from saccade.metrics.ranking import measure
from saccade.metrics.trec import Qrels, Run

BLEND, LEARNED = "blend", "learned"
AGREED = "_agreed"  # a source alone, its results voting for their category
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LensPhoto:
    """A photo (bytes of a picture file) and the items that are relevant for it, one or more."""

    photo_id: str
    data: bytes
    relevant: frozenset[str]


@dataclass(frozen=True, eq=False)
class LensScores:
    """values: float64 [photos] of each source by name, of `blend`, and of `learned` where there is one."""

    metric: str
    values: Mapping[str, Floats]

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the sources."""
        return tuple(n for n in self.values if n not in (BLEND, LEARNED) and not n.endswith(AGREED))

    @property
    def means(self) -> dict[str, float]:
        """The mean over the photos of each line."""
        return {name: float(values.mean()) for name, values in self.values.items()}

    @property
    def best(self) -> str:
        """The source with the best mean."""
        return max(self.sources, key=lambda name: self.means[name])

    @property
    def gain(self) -> PairedTest:
        """The blend against the best source."""
        return self.against(self.best)

    def against(self, base: str, line: str = BLEND) -> PairedTest:
        """One line against another."""
        return paired(self.values[base], self.values[line])

    @staticmethod
    def pooled(parts: Sequence[LensScores]) -> LensScores:
        """The photos of several catalogues as one list."""
        names = list(parts[0].values)
        return LensScores(
            parts[0].metric, {name: np.concatenate([part.values[name] for part in parts]) for name in names}
        )


def measure_lens(
    lens: Lens, photos: Iterable[LensPhoto], metric: str = "mean_p@20",
    learned: LearnedBlend | None = None, settings: BlendSettings | None = None,
) -> LensScores:  # fmt: skip
    """Ask every photo once; `InputError` where there is none."""
    relevant: list[tuple[str, str]] = []
    ranked: dict[str, list[tuple[str, str, float]]] = {source.name: [] for source in lens.sources}
    for photo in photos:
        relevant += [(photo.photo_id, item) for item in sorted(photo.relevant)]
        gathered = lens.gather(LensQuery(photo.data))
        for name, keys in orders(gathered, learned, settings or lens.settings.blend).items():
            rows = ranked.setdefault(name, [])
            rows += [(photo.photo_id, key, -float(rank)) for rank, key in enumerate(keys)]
    if not relevant:
        raise InputError("expected photos with relevant items, found none: nothing can be measured")
    qrels = Qrels.of(*zip(*relevant, strict=True))
    lines = {name: measure(qrels, _run(rows), [metric])[metric] for name, rows in ranked.items()}
    return LensScores(metric, lines)


def orders(gathered: Gathered, learned: LearnedBlend | None, settings: BlendSettings) -> dict[str, list[str]]:
    """Keys in the order of each source, of the fixed blend, and of the learned one."""
    found = {one.source: [candidate.key for candidate in one.candidates] for one in gathered.found}
    for one in gathered.found:
        alone = fuse([one], gathered.confidences, settings)
        found[one.source + AGREED] = _keys(agreed(alone, gathered.categories, settings.kinds))
    found[BLEND] = _keys(blended(gathered, None, settings))
    if learned is not None:
        found[LEARNED] = _keys(blended(gathered, learned, settings))
    return found


def _keys(order: Iterable[Blended]) -> list[str]:
    return [one.candidate.key for one in order]


def _run(rows: Sequence[tuple[str, str, float]]) -> Run:
    if not rows:
        return Run.of([], [], np.zeros(0, np.float32))
    queries, items, scores = zip(*rows, strict=True)
    return Run.of(queries, items, np.array(scores, np.float32))
