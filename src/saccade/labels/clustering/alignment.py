"""Which units mean the same: synonyms and translations, found in the corpus alone.

Decided, our own composition of known parts:
- A pair's score adds up how often both are said of one thing (first order: what "couch" and "Sofa" have and
  "blue" and "sofa" have too), how alike their company is (second order), and how alike they are written.
  Spelling counts no more than company does, unless it is the same: names of makers end alike.
- Within one language the first order does not count, spelling counts half, and more is asked: what one text
  says together ("birthday cake") is no synonym. Translations are easier to tell than synonyms.
- Units that stand in one phrase mean different things: people do not say "sofa couch". They never join.
- Scores are taken relative to each unit's five best in the other's language ("cross-domain similarity local
  scaling", Lample et al. 2018), so that a unit that goes with everything is nobody's translation.
- Groups by average linkage: a unit joins when it fits the group on average, so meanings do not chain.

Memory: candidates are searched in blocks of rows; groups are worked out inside the connected parts of the
graph of candidates, each with a square of scores of at most `PART`² numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saccade.labels.clustering.association import Association
from saccade.labels.clustering.matrices import Sparse, connected, dense, matrix

Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

PART = 3000
"""Most units that are compared all with all."""
_SAME = 0.999  # cosine of pieces of words that are written the same
_NOTHING = -1.0  # relative score of units with hardly anything in common
_NEVER = -1000.0  # relative score of units that stand in one phrase: no average makes up for it


@dataclass(frozen=True)
class AlignSettings:
    """together, alike, spelt: weights of the scores; join: relative score from which groups join; least,
    kin: score below which two units of different languages, or of one, have nothing in common.
    """

    together: float = 0.4
    alike: float = 1.0
    spelt: float = 0.5
    join: float = -0.3
    least: float = 0.3
    kin: float = 0.6


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of C units, row by row. pieces: of `spelling`; apart: sparse, above 0 where two units stand in
    one phrase; language: int32 [C].
    """

    found: Association
    pieces: Sparse
    apart: Sparse
    language: Codes
    settings: AlignSettings

    def rows(self, which: Rows, columns: Rows | None = None) -> Floats:
        """float32 [which, columns]; -1 for units that stand in one phrase, and for itself."""
        every = np.arange(len(self.language)) if columns is None else columns
        near, alike, spelt = (
            _part(self.found.near, which, columns),
            _product(self.found.rows, which, columns),
            _product(self.pieces, which, columns),
        )
        by = self.settings
        other = self.language[which][:, None] != self.language[every][None, :]
        company = by.together * np.where(other, np.minimum(near, 3), 0) + by.alike * alike
        written = np.where(other, by.spelt, by.spelt / 2) * spelt
        score = company + np.where(spelt > _SAME, by.spelt, np.minimum(written, company))
        score[_part(self.apart, which, columns) > 0] = -1
        score[which[:, None] == every[None, :]] = -1
        return score.astype(np.float32)


def aligned(scores: Scores) -> Codes:
    """int32 [C]: the group of each unit, the number of its first member."""
    local = _local(scores)
    pairs = _candidates(scores, local)
    group = np.arange(len(scores.language), dtype=np.int32)
    for part in _parts(pairs, len(group), scores.settings.join):
        group[part] = part[_linked(_relative(scores, local, part, part), scores.settings.join)]
    return group


def _local(scores: Scores, best: int = 5) -> Floats:
    """float32 [C, languages]: mean of a unit's five best scores in each language."""
    known = int(scores.language.max()) + 1 if len(scores.language) else 0
    found = np.zeros((len(scores.language), known), np.float32)
    members = [np.flatnonzero(scores.language == code) for code in range(known)]
    for block in _blocks(len(found)):
        score = scores.rows(block)
        for code, columns in enumerate(members):
            count = min(best, len(columns))
            if count:
                top = np.partition(score[:, columns], len(columns) - count, axis=1)[:, -count:]
                found[block, code] = top.mean(axis=1)
    return found


def _relative(scores: Scores, local: Floats, rows: Rows, columns: Rows) -> Floats:
    """Scores relative to what both sides get at best in the other's language; `_NEVER`: they may not."""
    score = scores.rows(rows, columns)
    mine, theirs = scores.language[rows], scores.language[columns]
    found = 2 * score - local[rows][:, theirs] - local[columns][:, mine].T
    least = np.where(mine[:, None] == theirs[None, :], scores.settings.kin, scores.settings.least)
    found[score < least] = _NOTHING
    found[score <= -1] = _NEVER
    return found


def _candidates(scores: Scores, local: Floats) -> Sparse:
    """Pairs that may join: relative score of `join` or more."""
    every = np.arange(len(scores.language))
    rows, columns, values = [every[:0]], [every[:0]], [np.empty(0, np.float32)]
    for block in _blocks(len(every)):
        found = _relative(scores, local, block, every)
        row, column = np.nonzero(found >= scores.settings.join)
        rows.append(block[row])
        columns.append(column)
        values.append(found[row, column] - _NEVER)  # a sparse matrix keeps no zeros
    size = (len(every), len(every))
    return matrix(np.concatenate(rows), np.concatenate(columns), size, np.concatenate(values))


def _parts(pairs: Sparse, count: int, join: float) -> Iterator[Rows]:
    """Connected parts of two units and more, of at most `PART`: larger ones are cut at better scores."""
    waiting = [(np.arange(count), join)]
    while waiting:
        among, level = waiting.pop()
        inside = pairs[among][:, among].tocoo()
        kept = inside.data >= level - _NEVER
        label = connected(matrix(inside.row[kept], inside.col[kept], inside.shape))
        order = np.argsort(label, kind="stable")
        for part in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
            if len(part) > PART:
                waiting.append((among[part], level + 0.1))
            elif len(part) > 1:
                yield among[part]


def _linked(score: Floats, join: float) -> Rows:
    """int64 [N]: the first member of each one's group, by average linkage."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    far = 10.0 - (score + score.T) / 2
    np.fill_diagonal(far, 0)
    label = fcluster(linkage(squareform(far, checks=False), "average"), 10.0 - join, "distance")
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    return first[inverse]


def _blocks(count: int, size: int = 512) -> Iterator[Rows]:
    for first in range(0, count, size):
        yield np.arange(first, min(first + size, count))


def _part(found: Sparse, rows: Rows, columns: Rows | None) -> Floats:
    return dense(found[rows] if columns is None else found[rows][:, columns])


def _product(found: Sparse, rows: Rows, columns: Rows | None) -> Floats:
    other = found if columns is None else found[columns]
    return dense(found[rows] @ other.T)
