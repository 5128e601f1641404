"""The user says what must hold (recall, memory, latency); the settings follow from measurements.

Decided: two steps. `propose` picks the kind of index from the count and the time that a scan takes on a
sample of the user's own vectors: a scan where it is quick enough, since nothing is lost; else the graph over
bytes with the floats beside them; floats alone or sign bits where those exceed the memory. `tune` then
measures the built index against exact answers, and picks the cheapest search that meets the recall, and the
size below which a filter is better answered by a scan. A recall counts as met when the lower end of its
interval meets it. When nothing meets every constraint the nearest is taken and the text says so: recall is
kept before latency. Latency is the median of single queries on this machine, now.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from saccade.errors import InputError
from saccade.index.bits import words_bytes
from saccade.index.exact import ExactIndex
from saccade.index.protocol import Hit, Index
from saccade.index.recall import Recall, compared, random_filter, sample_queries
from saccade.index.settings import Backend, Settings

QUICK_SCAN = 2.0  # ms a query: a scan no slower than this is preferred when no latency is asked for
K = 10
_SHARES = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
_EFS = (12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512, 1024)
_OVERSAMPLINGS = (2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 24.0, 32.0, 64.0)
_SAMPLE = 20_000
_KINDS = (  # from the most to the least welcome
    Settings("exact"),
    Settings("edge", "int8"),
    Settings("edge"),
    Settings("edge", "binary"),
    Settings("exact", "binary"),
)
_NAMES = {"none": "floats", "int8": "bytes", "binary": "sign bits"}
_POINT_BYTES = 60  # of Edge for each point beside vector and graph: id, version, draw; measured at 50k points


@dataclass(frozen=True)
class Constraints:
    """What the index must keep to: recall@10 (share), memory (bytes), latency (ms for one query)."""

    recall: float = 0.98
    memory: int | None = None
    latency: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.recall <= 1:
            raise InputError(f"expected a recall above 0 and at most 1, found {self.recall}")
        if (self.memory is not None and self.memory <= 0) or (self.latency is not None and self.latency <= 0):
            raise InputError("expected memory in bytes and latency in ms above zero")


@dataclass(frozen=True)
class Trial:
    """One setting as measured."""

    settings: Settings
    recall: Recall
    latency: float
    memory: int

    def misses(self, wanted: Constraints) -> tuple[str, ...]:
        """What of `wanted` it does not keep, in words."""
        out: list[str] = []
        if self.recall.value < 1 and self.recall.low < wanted.recall:
            out.append(f"recall of at least {self.recall.low:.3f} for {wanted.recall:g}")
        if wanted.memory is not None and self.memory > wanted.memory:
            out.append(f"memory {self.memory:,} bytes for {wanted.memory:,}")
        if wanted.latency is not None and self.latency > wanted.latency:
            out.append(f"latency {self.latency:.2f} ms for {wanted.latency:g}")
        return tuple(out)


@dataclass(frozen=True)
class Choice:
    """The settings that were taken, why, and what else was tried."""

    best: Trial
    constraints: Constraints
    tried: tuple[Trial, ...]

    @property
    def met(self) -> bool:
        """Whether every constraint is kept."""
        return not self.best.misses(self.constraints)

    def line(self) -> str:
        """One line for a person; says so when the constraints are not met."""
        s, t = self.best.settings, self.best
        how = f"{s.backend}, {_NAMES[s.quantization]}"
        how += f", ef {s.ef}" if s.backend != "exact" else ""
        how += f", oversampling {s.oversampling:g}" if s.quantization != "none" else ""
        found = f"{how}: {t.recall.line()}, {t.latency:.2f} ms a query, {t.memory:,} bytes of memory"
        missed = "; ".join(t.misses(self.constraints))
        return found if self.met else f"no setting meets the constraints; nearest is {found}; misses {missed}"


def propose(
    sample: np.ndarray, count: int, wanted: Constraints, backends: tuple[Backend, ...] = ("exact", "edge")
) -> Settings:
    """The kind of index for `count` vectors like float32 `sample` [S, dim], of the backends named."""
    kinds = [s for s in _KINDS if s.backend in backends]
    room = float("inf") if wanted.memory is None else wanted.memory
    fitting = [s for s in kinds if expected_memory(s, count, sample.shape[1]) <= room]
    limit = wanted.latency or QUICK_SCAN
    for settings in fitting:
        if settings.backend == "edge" or len(backends) == 1 or scan_time(sample, count, settings) <= limit:
            return settings
    return (fitting or kinds)[-1]


def expected_memory(settings: Settings, count: int, dim: int) -> int:
    """Bytes of memory that an index of `count` vectors will take, about."""
    each = {"none": dim * 4, "int8": dim * 5, "binary": words_bytes(1, dim)}[settings.quantization]
    graph = 0 if settings.backend == "exact" else count * (settings.m * 5 + _POINT_BYTES)
    return count * each + graph


def scan_time(sample: np.ndarray, count: int, settings: Settings) -> float:
    """Milliseconds that one exact search of `count` vectors takes, measured on a sample and scaled."""
    part = sample[:_SAMPLE]
    with ExactIndex(part.shape[1], settings) as index:
        index.upsert([f"{row:032x}" for row in range(len(part))], part)
        took = latency(index, sample_queries(part, 20))
    return took * max(1.0, count / max(1, len(part)))


class Tunable(Index, Protocol):
    """An index whose search settings can be set."""

    settings: Settings


def tune(index: Tunable, queries: np.ndarray, wanted: Constraints) -> Choice:
    """Measure `index` with float32 [Q, dim] queries and leave it with the best search settings found."""
    trials: list[Trial] = []
    exact = index.search(queries, K, exact=True)
    for settings in _ladder(index.settings):
        index.settings = settings
        trials.append(_trial(index, queries, exact))
        if not trials[-1].misses(replace(wanted, memory=None)):
            break
    best = min(trials, key=lambda t: _shortfall(t, wanted))
    index.settings = best.settings
    if index.settings.backend != "exact":
        index.settings = replace(best.settings, scan_below=_scan_below(index, queries, wanted))
    best = replace(best, settings=index.settings)
    return Choice(best, wanted, tuple(trials))


def latency(index: Index, queries: np.ndarray, k: int = K) -> float:
    """Median milliseconds of one query at a time."""
    took: list[float] = []
    for query in queries:
        start = time.perf_counter()
        index.search(query[None], k)
        took.append(time.perf_counter() - start)
    return float(np.median(took)) * 1e3 if took else 0.0


def _ladder(start: Settings) -> Iterator[Settings]:
    """Search settings from cheap to thorough; those of a scan by floats have one rung."""
    if start.backend == "exact":
        steps = _OVERSAMPLINGS if start.quantization == "binary" else (start.oversampling,)
        yield from (replace(start, oversampling=step) for step in steps)
    elif start.quantization == "none":
        yield from (replace(start, ef=ef) for ef in _EFS)
    elif start.quantization == "int8":  # rescoring twice as many costs about as much as a wider search
        yield from (replace(start, ef=ef, oversampling=step) for ef in _EFS for step in (1.0, 2.0))
    else:
        yield from (replace(start, ef=int(16 * step), oversampling=step) for step in _OVERSAMPLINGS)


def _trial(index: Tunable, queries: np.ndarray, exact: list[list[Hit]]) -> Trial:
    found = compared(exact, index.search(queries, K), K)
    return Trial(index.settings, found, latency(index, queries[:30]), index.bytes().memory)


def _shortfall(trial: Trial, wanted: Constraints) -> tuple[float, float, float]:
    """How far a trial is from what is wanted: recall first, then latency, then simply the quicker."""
    late = 0.0 if wanted.latency is None else max(0.0, trial.latency / wanted.latency - 1)
    found = 1.0 if trial.recall.value == 1 else trial.recall.low
    return max(0.0, wanted.recall - found), late, trial.latency


def _scan_below(index: Tunable, queries: np.ndarray, wanted: Constraints) -> int:
    """The largest number of filtered points for which scanning them is better than the graph.

    Better: the graph misses the recall, or takes longer. Measured from wide filters to narrow ones; the first
    width at which the scan wins is the border, up to the width before it.
    """
    good = index.count()
    for share in _SHARES:
        filter = random_filter(share)
        index.settings = replace(index.settings, scan_below=0)
        start = time.perf_counter()
        graph = index.search(queries, K, filter=filter)
        middle = time.perf_counter()
        exact = index.search(queries, K, filter=filter, exact=True)
        scan_wins = time.perf_counter() - middle <= middle - start
        if scan_wins or _missed(graph, exact, wanted.recall):
            return max(0, good - 1)
        good = index.count(filter)
    return good


def _missed(graph: list[list[Hit]], exact: list[list[Hit]], wanted: float) -> bool:
    return any(exact) and compared(exact, graph, K).value < wanted
