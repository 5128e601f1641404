"""A plan over queries and results that are only names, with a known truth."""

from __future__ import annotations

import numpy as np

from saccade.evaluation.judging.making import Wanted, pooled
from saccade.evaluation.judging.plan import Asked, JudgingPlan


def truth(query: str, result: str) -> float:
    """The true grade that the result's name ends in."""
    return float(result.rpartition("=")[2])


def results(queries: int, depth: int, good: float, seed: int) -> dict[str, tuple[str, ...]]:
    """Results whose true grade is 4 with chance `good`, else 0 to 3."""
    rng = np.random.default_rng(seed)
    grades = np.where(rng.random((queries, depth)) < good, 4, rng.integers(0, 4, (queries, depth)))
    return {
        f"q{n:04}": tuple(f"r{seed}-{n}-{rank}={grades[n, rank]}" for rank in range(depth))
        for n in range(queries)
    }


def plan(wanted: Wanted, queries: int = 120, good: tuple[float, ...] = (0.3,)) -> JudgingPlan:
    """Two groups of queries, and runs whose first results are as good as said."""
    asked = [Asked(f"q{n:04}", "shoe" if n % 3 else "bag") for n in range(queries)]
    found = [results(queries, wanted.depth, share, seed) for seed, share in enumerate(good)]
    return pooled("toy", wanted, wanted.runs, asked, found, {})


def true_es(made: JudgingPlan, run: int) -> float:
    """The share of queries whose first result has the top grade."""
    firsts = [one for one in made.questions if one.ranks[run] == 1]
    return float(np.mean([truth(one.query_id, one.shown[0][0]) == 4 for one in firsts]))
