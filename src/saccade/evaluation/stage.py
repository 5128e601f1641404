"""`saccade evaluate`: how well fingerprints of one model, or several side by side, find and classify.

Reads fingerprints, sources, items, item_images, tasks (and duplicates where they are left out); writes
`reports/evaluation/<label>/`: `metrics.json`, `table.md`, `queries.txt` (every picture that asked); of a
retrieval `per_query.parquet`, `qrels.trec`, `runs/<model>-<float|binary>.trec` (again under `out/` for
queries out of domain) and `worst.html`; of a classification `predictions.parquet`.

Decided: scoring is exact, so the numbers judge the vectors and not an index. An evaluation whose inputs and
settings are those of the last one with the same label is not repeated.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal

from saccade.catalog.catalogue import Catalogue
from saccade.errors import InputError, NotFoundError
from saccade.evaluation.answers import Answer, Answers, ask, steps
from saccade.evaluation.folder import REPORTS, Folder, write_answers
from saccade.evaluation.questions import IN, METRICS, Asked, Questions
from saccade.evaluation.results import Results, results
from saccade.evaluation.retrieval import Leave, Task
from saccade.evaluation.vectors import fingerprinted, load
from saccade.evaluation.worst import page, worst
from saccade.progress import Progress
from saccade.workspace import Clock, Plan, Stage, Workspace
from saccade.workspace.lineage import Value, code_version

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Evaluate(Stage):
    """Measure how well fingerprints find what is relevant (hit@1, map@20, ...) and tell labels (AP@1).

    Say what is relevant with `--qrels FILE` or `--same LABEL`, what to classify by with `--tasks LABELS`, and
    which pictures ask and answer with `--queries` and `--gallery` (`role=review`, `folder=val`, ...).
    """

    name: ClassVar[str] = "evaluate"

    label: str = "main"
    """Name of the report, under reports/evaluation/."""
    models: tuple[str, ...] = ()
    """Models to compare; empty: every model with fingerprints. The first is the base of the tests."""
    queries: str = ""
    """Pictures that ask, and on which tasks are tested; empty: all."""
    gallery: str = ""
    """Pictures that answer, and that teach tasks; empty: all."""
    out_of_domain: str = ""
    """More pictures that ask, of another kind, shown beside the first."""
    same: str = ""
    """What makes a picture relevant: the same `item`, `category`, or the name of an attribute. By default
    `item`; with `tasks`, nothing is retrieved by default."""
    qrels: str | None = None
    """A TREC or Parquet file of judgements instead of `same`."""
    tasks: tuple[str, ...] = ()
    """Labels to classify by: attributes, `category`, imported tasks."""
    groups: str = ""
    """Attribute or task by which results are parted, such as skin_tone."""
    by: Literal["image", "item"] = "image"
    """Rank pictures, or items by their best picture."""
    leave_out: tuple[Leave, ...] = ("self",)
    """What may not answer a query: its own picture, pictures of its item, its near-duplicates."""
    metrics: tuple[str, ...] = METRICS
    """Names as in saccade.metrics.names; paired tests are on the first."""
    depth: int = 100
    """How many results a query gets; metrics without a cut-off, such as RR, see no further."""
    clusters: bool = True
    """Draw queries with the same label together in intervals and tests, since they are not independent."""
    worst: int = 20
    """How many queries the page of the worst shows."""
    seed: int = 0
    """Of the bootstrap and the randomisation test."""

    def plan(self, ws: Workspace) -> Plan:
        """Checks the settings against the catalogue and counts the comparisons of vectors."""
        self._check()
        if self._unchanged(ws):
            return Plan(self.name, 0, "scores")
        catalogue, models = Catalogue(ws), self._models(ws)
        asked = self._asked(ws, catalogue, models)
        scores = 2 * len(models) * asked.scores
        seconds = asked.scores * sum(2e-11 * _dim(ws, model) + 2e-8 for model in models)
        return Plan(self.name, scores, "scores", seconds, (f"models: {', '.join(models)}",))

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        self._check()
        with clock.reading():
            if self._unchanged(ws):
                note = f"nothing changed since {self._folder}/metrics.json"
                return {"queries": 0, "models": 0, "note": note}
            catalogue, models = Catalogue(ws), self._models(ws)
            asked = self._asked(ws, catalogue, models)
        progress.start("evaluate", steps(asked) * len(models))
        answers = Answers()
        for model in models:
            answers += ask(asked, self._questions, model, partial(load, ws), clock, progress)
        progress.stop()
        with clock.computing():
            found = results(catalogue, self._questions, asked, answers)
        with clock.writing():
            self._write(ws, catalogue, asked, answers, found)
        return {"queries": _count(asked), "gallery": len(asked.gallery), "models": len(models),
                **found.headline(), "note": f"report: {ws.path(self._folder)}"}  # fmt: skip

    @property
    def _folder(self) -> str:
        return f"{REPORTS}/{self.label}"

    @property
    def _questions(self) -> Questions:
        values = {field.name: getattr(self, field.name) for field in fields(Questions)}
        return Questions(**values)

    def _check(self) -> None:
        if not _LABEL.fullmatch(self.label):
            raise InputError(f"a label has letters, digits, '.', '_', '-', found {self.label!r}")
        if self.worst < 0:
            raise InputError(f"worst is at least 0, found {self.worst}")
        self._questions.check()

    def _models(self, ws: Workspace) -> tuple[str, ...]:
        have = ws.models_with_fingerprints()
        chosen = self.models or tuple(have)
        if not chosen:
            raise NotFoundError(f"{ws.uri} has no fingerprints: run `saccade fingerprint` first")
        for model in chosen:
            if model not in have:
                raise NotFoundError(f"no fingerprints of {model!r}; there are {', '.join(have) or 'none'}")
        return chosen

    def _asked(self, ws: Workspace, catalogue: Catalogue, models: tuple[str, ...]) -> Asked:
        available = catalogue.images
        for model in models:
            available = fingerprinted(ws, model, available)
        return self._questions.asked(catalogue, available)

    # -- writing ---------------------------------------------------------------------------------

    def _write(
        self, ws: Workspace, catalogue: Catalogue, asked: Asked, answers: Answers, found: Results
    ) -> None:
        put = Folder(ws, self._folder)
        write_answers(put, asked, answers)
        put.text("table.md", f"# Evaluation {self.label}\n\n{found.markdown()}")
        if IN in asked.retrieval:
            self._write_worst(put, catalogue, asked.retrieval[IN], answers.found[0], found)
        # last: its presence with this signature says that the rest is there
        about = {"signature": self._signature(ws), "settings": asdict(self), **found.as_json()}
        put.text("metrics.json", json.dumps(about, indent=1))

    def _write_worst(
        self, put: Folder, catalogue: Catalogue, task: Task, first: Answer, found: Results
    ) -> None:
        bad, part = worst(task, first.run, first.scores, self.worst), found.evaluations[IN]
        facts = [first.model, first.form, *(f"{name}: {fact}" for name, fact in part.facts.items())]
        title = f"Worst queries of {self.label}"
        put.text("worst.html", page(catalogue, task, bad, part.metrics, title, facts))

    def _unchanged(self, ws: Workspace) -> bool:
        try:
            return json.loads(ws.read_bytes(f"{self._folder}/metrics.json"))["signature"] == self._signature(
                ws
            )
        except (NotFoundError, ValueError, KeyError, TypeError):
            return False

    def _signature(self, ws: Workspace) -> str:
        """Changes with the settings, the code, the judgements and every table that is read."""
        names = ["images", "sources", "items", "item_images", "duplicates", "tasks"]
        names += [f"fingerprints/{model}" for model in self._models(ws)]
        state: dict[str, object] = {name: ws.table(name).version for name in names}
        state |= {"settings": asdict(self), "code": code_version()}
        if self.qrels and Path(self.qrels).is_file():
            state["qrels"] = hashlib.blake2b(Path(self.qrels).read_bytes()).hexdigest()
        return hashlib.blake2b(json.dumps(state, sort_keys=True).encode(), digest_size=16).hexdigest()


def _count(asked: Asked) -> int:
    """Queries in domain: those that have something to find, or else those of the tasks."""
    if IN in asked.retrieval:
        return len(asked.retrieval[IN].queries)
    return int(asked.domains[IN].sum())


def _dim(ws: Workspace, model: str) -> int:
    return int(ws.fingerprints(model).schema.field("vector").type.list_size)


def table(ws: Workspace, label: str = "main") -> str:
    """The last evaluation with this label, as Markdown; `NotFoundError` when there was none."""
    return ws.read_bytes(f"{REPORTS}/{label}/table.md").decode()
