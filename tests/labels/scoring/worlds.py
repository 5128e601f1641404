"""A small world whose truth is known: subjects, phrases and sources that are right or wrong at given
rates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.labels.hashing import key_hash, phrase_id
from saccade.labels.scoring.evidence import Evidence
from saccade.labels.shapes import HEARD, SAID


@dataclass(frozen=True)
class Source:
    """coverage: share of subjects it speaks of; says: share of the true phrases that it says; wrong: share
    of its texts that are about another subject; copies: name of a source that it repeats word for word,
    unmarked.
    """

    name: str
    coverage: float = 0.9
    says: float = 0.5
    wrong: float = 0.05
    copies: str = ""


@dataclass(frozen=True, eq=False)
class World:
    """evidence, vocabulary, and for each pair whether it is true."""

    evidence: Evidence
    phrases: pa.Table
    true: npt.NDArray[np.bool_]

    def precision(self, source: str) -> float:
        """Of what a source says, the share that is true."""
        rows = self.evidence.column("source") == self.evidence.sources.index(source)
        return float(self.true[self.evidence.pair_of[rows]].mean())


def world(sources: tuple[Source, ...], subjects: int = 1500, seed: int = 0, kinds: int = 6) -> World:
    """Every subject has one true phrase of each kind; a kind has 4 to 12 phrases, some far commoner."""
    dice = np.random.default_rng(seed)
    sizes = dice.integers(4, 13, kinds)
    first = np.concatenate(([0], np.cumsum(sizes)))[:-1]
    eager = dice.uniform(0.5, 1.4, kinds)  # some kinds of phrase are said by everybody, some by few
    facts = np.stack([
        base + dice.choice(size, subjects, p=_zipf(int(size)))
        for base, size in zip(first, sizes, strict=True)
    ], axis=1)  # fmt: skip
    said: dict[str, npt.NDArray[np.bool_]] = {}
    count = int(sizes.sum())
    for source in sources:
        said[source.name] = _claims(source, facts, eager, count, dice, said)
    return _world(sources, said, facts, count, dice)


def vocabulary(count: int, support: npt.NDArray[np.int64] | None = None) -> pa.Table:
    """`count` English phrases, named p0, p1, …, unsorted by hash."""
    names = [f"p{number}" for number in range(count)]
    support = np.ones(count, np.int64) if support is None else support
    return pa.table({
        "phrase_id": [phrase_id(key_hash("en", name)) for name in names], "phrase": names,
        "language": ["en"] * count, "key": names, "words": pa.array([1] * count, pa.int32()),
        "support": pa.array(support, pa.int64()), "sources": pa.array([[]] * count, pa.list_(pa.string())),
        "npmi": pa.array([None] * count, pa.float32()), "visualness": pa.array([None] * count, pa.float32()),
        "origin": ["given"] * count,
    })  # fmt: skip


def _zipf(size: int) -> npt.NDArray[np.float64]:
    weights = 1 / (np.arange(size) + 1.0)
    return weights / weights.sum()


def _claims(
    source: Source, facts: npt.NDArray[np.int64], eager: npt.NDArray[np.float64], count: int,
    dice: np.random.Generator, said: dict[str, npt.NDArray[np.bool_]],
) -> npt.NDArray[np.bool_]:  # fmt: skip
    """bool [subjects, phrases + 1]: what it says; the last column is whether it speaks at all."""
    subjects = len(facts)
    found = np.zeros((subjects, count + 1), np.bool_)
    speaks = dice.random(subjects) < source.coverage
    about = np.where(
        dice.random(subjects) < source.wrong, dice.integers(0, subjects, subjects), np.arange(subjects)
    )
    for kind in range(facts.shape[1]):
        says = speaks & (dice.random(subjects) < np.minimum(source.says * eager[kind], 0.97))
        found[says, facts[about[says], kind]] = True
    found[:, count] = speaks
    return said[source.copies].copy() if source.copies else found


def _world(
    sources: tuple[Source, ...], said: dict[str, npt.NDArray[np.bool_]], facts: npt.NDArray[np.int64],
    count: int, dice: np.random.Generator,
) -> World:  # fmt: skip
    every = np.stack([said[source.name] for source in sources], axis=2)
    subject, phrase, source = np.nonzero(every[:, :count])
    rows = len(subject)
    table = pa.Table.from_arrays([
        pa.array(subject, pa.int32()), pa.array(phrase, pa.int32()), pa.array(source, pa.int16()),
        pa.array(np.ones(rows), pa.int32()), pa.array(np.ones(rows), pa.float32()),
        pa.array(np.ones(rows), pa.float32()), pa.array(np.zeros(rows), pa.int32()),
    ], schema=SAID)  # fmt: skip
    speaks, who = np.nonzero(every[:, count])
    ones = np.ones(len(speaks))
    heard = pa.Table.from_arrays([
        pa.array(speaks, pa.int32()), pa.array(who, pa.int16()), pa.array(ones - 1, pa.int16()),
        pa.array(ones, pa.int32()),
    ], schema=HEARD)  # fmt: skip
    pairs = np.unique(np.stack([subject, phrase], axis=1), axis=0)
    true = (facts[pairs[:, 0]] == pairs[:, 1][:, None]).any(axis=1)
    near = (0.3 * true + dice.normal(0.3, 0.25, len(pairs))).astype(np.float32)
    evidence = Evidence(table, heard, near, tuple(one.name for one in sources), ("en",))
    support = np.bincount(pairs[:, 1], minlength=count)
    return World(evidence, vocabulary(count, support), true)
