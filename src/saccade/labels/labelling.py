"""One labelling from texts to tables: the steps in order, and what is added up between them.

Decided: a step that goes over buckets is `engine`'s; what adds buckets up runs here, in order of the buckets,
so that the result is the same on any engine. Everything that was made is marked in the scratch folder; tables
are written at the very end, and the scratch folder goes when they are.

Not here: what the steps do to a bucket (`steps`), where phrases come from (`lexicon`), the publishing of the
result (`publish`).
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import pyarrow as pa

from saccade.errors import InputError
from saccade.labels import judging, lexicon, meaning, publish, steps
from saccade.labels.engine import Engine, Step
from saccade.labels.gather import bucket_rows, gather
from saccade.labels.made import is_made, last_made
from saccade.labels.scratch import Mark
from saccade.labels.settings import Options, digest, inputs
from saccade.labels.signals.boilerplate import Repeats
from saccade.labels.signals.teaching import fit_languages
from saccade.labels.steps import Bench, Job
from saccade.progress import Progress
from saccade.workspace import Clock, Workspace
from saccade.workspace.lineage import Value

STEPS = (
    "gather", "languages", "signals", "clean", "phrases", "find", "vectors", "scorer", "score", "labels",
    "targets",
)  # fmt: skip
_TAUGHT = 200_000
"""Texts from which the languages of a corpus are learned."""


class Labelling:
    """One labelling of a workspace; `run` does it, or goes on with it."""

    def __init__(self, ws: Workspace, options: Options, clock: Clock, progress: Progress) -> None:
        self.ws, self.options, self.clock, self.progress = ws, options, clock, progress
        self.inputs = inputs(ws, options)
        self.digest = digest(options, self.inputs)
        self.bench = Bench(ws, self.digest, options)
        self.job = Job(ws.uri, ws.options, self.digest, options)
        self.engine = Engine(options.engine, options.workers)
        self.scratch = self.bench.scratch

    def run(self) -> dict[str, Value]:
        """Bring the tables up to date; returns the counts of the report."""
        if is_made(self.ws, self.digest):
            counts = (last_made(self.ws) or {}).get("counts", {})
            return {"texts": 0, **{name: counts[name] for name in ("phrases", "labels") if name in counts}}
        self.match()
        self.once("vectors", lambda: meaning.vectors(self))
        self.once("scorer", lambda: judging.scorer(self))
        self.once("score", self._score)
        self.once("labels", lambda: meaning.labels(self))
        self.once("targets", self._targets)
        return publish.publish(self)

    def match(self) -> None:
        """The first half: everything up to who says which phrase of what."""
        self.once("gather", self._gather)
        self.once("languages", self._languages)
        self.once("signals", self._signals)
        self.once("clean", self._clean)
        self.once("phrases", lambda: lexicon.build(self))
        self.once("find", lambda: meaning.find(self))

    # -- shared by the steps ---------------------------------------------------------------------

    @property
    def buckets(self) -> int:
        return self.bench.gathered.buckets

    def each(self, name: str, step: Step) -> list[Mark]:
        """Run a step on every bucket."""
        return self.engine.each(name, step, self.job, self.bench, self.buckets, self.clock, self.progress)

    def once(self, name: str, make: Callable[[], Mark | None]) -> Mark:
        """Do a step unless it is marked as done; returns its mark, which holds the seconds it took."""
        found = self.scratch.marked(f"steps/{name}")
        if found is None:
            start = time.perf_counter()
            found = make() or {}
            found["seconds"] = round(time.perf_counter() - start, 3)
            self.scratch.mark(f"steps/{name}", found)
        return found

    def done(self, name: str) -> Mark:
        """The mark of a step that was done."""
        return self.scratch.marked(f"steps/{name}") or {}

    def seconds(self) -> dict[str, float]:
        """Wall seconds of each step, also of steps that an earlier, killed run did."""
        return {name: self.done(name).get("seconds", 0.0) for name in STEPS}

    # -- steps -----------------------------------------------------------------------------------

    def _gather(self) -> Mark:
        found = gather(
            self.ws, self.scratch, self.bench.sides.families, self.options.sources, self.clock, self.progress
        )
        return {
            "texts": found.rows,
            "sources": list(found.sources),
            "notes": list(self.bench.sides.families.notes()),
        }

    def _languages(self) -> Mark:
        """Learn the languages of the corpus from the first buckets, which are a random part of it."""
        parts: list[pa.Table] = []
        with self.clock.reading():
            for bucket in range(self.buckets):
                parts.append(bucket_rows(self.scratch, bucket))
                if sum(map(len, parts)) >= _TAUGHT:
                    break
        with self.clock.computing():
            learned = fit_languages(pa.concat_tables(parts), self.bench.settings)
        self.scratch.write_bytes("languages", learned.to_bytes())
        return {}

    def _signals(self) -> Mark:
        """Read every text; what repeats over families is added up over all buckets."""
        marks = self.each("signals", steps.signals)
        self.once("repeats", self._repeats)
        self.scratch.drop("repeats")  # only now: the mark says that they are not needed
        return {
            "counts": added([mark["counts"] for mark in marks]),
            "subjects": sum(mark["subjects"] for mark in marks),
        }

    def _repeats(self) -> Mark:
        repeats = Repeats()
        for bucket in range(self.buckets):
            repeats.merge(Repeats.from_bytes(self.scratch.read_bytes(f"repeats/{bucket}")))
        self.scratch.write_bytes("repeats.npz", repeats.to_bytes())
        return {}

    def _clean(self) -> Mark:
        """Cut out what is pasted under everything, and count what is left."""
        marks = self.each("clean", steps.clean)
        self.scratch.drop("raw")
        tallies = {
            name: added([mark[name] for mark in marks])
            for name in ("language", "source", "copied", "covered")
        }
        if not sum(tallies["language"].values()):
            raise InputError(
                "no text has a word: every one is empty, or an advertisement; see `saccade info`"
            )
        return {"counts": added([mark["counts"] for mark in marks]), **tallies}

    def _score(self) -> Mark:
        self.ws.table("annotations").create()
        marks = self.each("score", steps.score)
        return {name: sum(mark[name] for mark in marks) for name in ("rows", "pairs", "sure")}

    def _targets(self) -> Mark:
        self.ws.table("image_labels").create()
        marks = self.each("target", steps.target)
        return {name: sum(mark[name] for mark in marks) for name in ("rows", "images")}


def added(parts: list[dict[str, int]]) -> dict[str, int]:
    """Counts by name, added up."""
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(sorted(total.items()))
