"""From the n-grams that survived to rows of the table `phrases`.

Decided:
- A phrase holds together (cohesion; twice as well where it goes across a function word, so that "lámpara de
  mesa" stays and "rug for the living room" goes), neither starts nor ends with a function word, has a letter,
  is not a single Latin letter, is not blocked and is no fragment of a longer phrase.
- When there are more than `size`, the best by families × cohesion stay; ties by families, then by id, so the
  choice does not depend on any order. (A single word has cohesion 1.)
- `phrase` is each word as it is written most often, `key` its lemmas; ids are hashes of language and key, so
  a phrase keeps its id when more texts come.
- What is mined of undetermined texts stays only where no language of the corpus has the same key.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.labels.mining.blocking import blocked
from saccade.labels.mining.chains import Chain, chains, cohesion, fragments
from saccade.labels.mining.function_words import Lemmas, function_words
from saccade.labels.mining.levels import Level
from saccade.labels.mining.names import Names
from saccade.labels.mining.settings import MiningSettings
from saccade.labels.shapes import UNKNOWN
from saccade.labels.vocabulary import phrase_rows
from saccade.workspace.schemas import SPECS

PHRASES = SPECS["phrases"].schema
MINED = "mined"
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.uint32]
Doubles = npt.NDArray[np.float64]
_ACROSS = 2.0  # times the cohesion that a phrase across a function word needs
Column = TypeVar("Column", bound=npt.NDArray[Any])


@dataclass(frozen=True)
class Admitted:
    """rows: of the table `phrases`, sorted by id. refused: n-grams that survived and are no phrases, by
    reason (each counted once, under the first that applies).
    """

    rows: pa.Table
    refused: dict[str, int] = field(default_factory=dict)


def admit(
    levels: Sequence[Level],
    forms: pa.Table,
    sources: Sequence[str],
    lemmas: Lemmas,
    settings: MiningSettings | None = None,
    block: Iterable[tuple[str, str]] = (),
    whole: Numbers | None = None,
) -> Admitted:
    """Decides which n-grams are phrases.

    levels: survivors of 1, 2, … words; forms: rows of `FORMS` that hold every word of the first level;
    sources: as given to `count_level`; lemmas: how texts were normalised; block: (language, key) of what
    must not be in the vocabulary; whole: the sum over all buckets of `count_constituents`, without which
    slices are not told from phrases.
    """
    settings = settings or MiningSettings()
    if not levels or not len(levels[0].table):
        return Admitted(PHRASES.empty_table())
    every = chains(levels)
    names = Names.of(forms, levels[0])
    function = function_words(levels[0], names.languages, lemmas)
    scores = cohesion(every)
    tests = {
        "loose": _loose(every, scores, function, settings.cohesion),
        "function word": _bounded(every, function),
        "slice": _slices(every, whole, settings.whole),
        "no name": [names.nameless(chain.singles) for chain in every],
        "blocked": _blocked(every, list(block)),
    }
    fine = [~np.any(list(found), axis=0) for found in zip(*tests.values(), strict=True)]
    tests["fragment"] = fragments(every, fine, settings.nested)
    reasons = {name: np.concatenate(found) for name, found in tests.items()}
    kept, refused = _tally(reasons)
    chosen = _best(every, kept, np.concatenate(scores), settings.size)
    refused["over size"] = int(kept.sum() - chosen.sum())
    rows = [
        _rows(chain, part, score, names, sources)
        for chain, part, score in zip(every, _split(chosen, every), scores, strict=True)
    ]
    return Admitted(_without_twins(pa.concat_tables(rows)).sort_by("phrase_id"), refused)


def _blocked(every: Sequence[Chain], keys: list[tuple[str, str]]) -> list[Flags]:
    words, language = every[0].level.column("suffix"), every[0].level.column("prefix")
    return [blocked(words[chain.singles], language[chain.singles[:, 0]], keys) for chain in every]


def _loose(every: Sequence[Chain], scores: Sequence[Doubles], function: Flags, least: float) -> list[Flags]:
    """bool [N] for each level: whether the words do not hold together."""
    across = [function[chain.singles].any(axis=1) for chain in every]
    return [
        score < np.where(over, _ACROSS * least, least) for score, over in zip(scores, across, strict=True)
    ]


def _slices(every: Sequence[Chain], whole: Numbers | None, share: float) -> list[Flags]:
    """bool [N] for each level: whether several words are rarely a constituent."""
    if whole is None:
        return [np.zeros(len(chain.families), np.bool_) for chain in every]
    counts = _split(whole, every)
    return [
        (count < share * chain.families) & (chain.level.words > 1)
        for chain, count in zip(every, counts, strict=True)
    ]


def _bounded(every: Sequence[Chain], function: Flags) -> list[Flags]:
    """bool [N] for each level: whether the first or last word is a function word."""
    found = [function]
    found += [function[chain.left[1]] | function[chain.right[1]] for chain in every[1:]]
    return found


def _tally(reasons: dict[str, Flags]) -> tuple[Flags, dict[str, int]]:
    """Which rows no reason speaks against, and how many each refuses first."""
    left = np.ones(len(next(iter(reasons.values()))), np.bool_)
    refused: dict[str, int] = {}
    for name, against in reasons.items():
        refused[name] = int((left & against).sum())
        left &= ~against
    return left, refused


def _best(every: Sequence[Chain], kept: Flags, scores: Doubles, size: int) -> Flags:
    """The `size` best of the rows that are kept."""
    if kept.sum() <= size:
        return kept
    families = np.concatenate([chain.families for chain in every])[kept]
    hashes = np.concatenate([chain.level.hashes for chain in every])[kept]
    order = np.lexsort((hashes, -families, -families * scores[kept]))
    chosen = np.zeros(len(kept), np.bool_)
    chosen[np.flatnonzero(kept)[order[:size]]] = True
    return chosen


def _split(values: Column, every: Sequence[Chain]) -> list[Column]:
    ends = np.cumsum([len(chain.families) for chain in every])
    return np.split(values, ends[:-1])  # type: ignore[return-value]


def _rows(chain: Chain, chosen: Flags, scores: Doubles, names: Names, sources: Sequence[str]) -> pa.Table:
    """Rows of `phrases` for the chosen n-grams of one level."""
    rows = np.flatnonzero(chosen)
    singles = chain.singles[rows]
    table, n = chain.level.table.take(pa.array(rows)), chain.level.words
    cohesive = pa.array(scores[rows], pa.float32()) if n > 1 else pa.nulls(len(rows), pa.float32())
    return pa.table({
        "phrase_id": phrase_rows(table.column("hash").to_numpy()),
        "phrase": names.phrases(singles), "language": names.language(singles[:, 0]),
        "key": names.keys(singles), "words": pa.array(np.full(len(rows), n, np.int32)),
        "support": table.column("families").cast(pa.int64()),
        "sources": _listed(table.column("sources").to_numpy(), sources), "npmi": cohesive,
        "visualness": pa.nulls(len(rows), pa.float32()), "origin": pa.repeat(MINED, len(rows)),
    }, schema=PHRASES)  # fmt: skip


def _listed(masks: npt.NDArray[np.uint64], sources: Sequence[str]) -> pa.Array:
    """The names of the sources in each mask, sorted."""
    kinds, place = np.unique(masks, return_inverse=True)
    named = [
        sorted(name for bit, name in enumerate(sources) if int(mask) >> bit & 1) for mask in kinds.tolist()
    ]
    return pa.array(named, pa.list_(pa.string())).take(pa.array(place))


def _without_twins(rows: pa.Table) -> pa.Table:
    """Without undetermined phrases whose key a language has."""
    unknown = pc.equal(rows.column("language"), UNKNOWN)
    known = rows.filter(pc.invert(unknown)).column("key")
    twin = pc.is_in(rows.column("key"), value_set=known.combine_chunks())
    return rows.filter(pc.invert(pc.and_(unknown, twin)))
