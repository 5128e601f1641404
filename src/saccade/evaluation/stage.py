"""`saccade evaluate`: how well fingerprints of one model, or several side by side, find what is relevant.

Reads fingerprints, sources, items, item_images (and duplicates where they are left out); writes
`reports/evaluation/<label>/`: `metrics.json`, `table.md`, `per_query.parquet`, `qrels.trec`,
`runs/<model>-<float|binary>.trec`, `worst.html`.

Decided: scoring is exact, so the numbers judge the vectors and not an index. An evaluation whose inputs and
settings are those of the last one with the same label is not repeated.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.catalog.catalogue import ITEM, Catalogue
from saccade.catalog.selection import Selection
from saccade.errors import InputError, NotFoundError
from saccade.evaluation.exact import BitScorer, FloatScorer, Scorer
from saccade.evaluation.report import Evaluation, summarise
from saccade.evaluation.retrieval import Leave, Protocol, Task
from saccade.evaluation.vectors import Fingerprints, fingerprinted, load
from saccade.evaluation.worst import page, worst
from saccade.metrics.columns import lookup
from saccade.metrics.names import parse
from saccade.metrics.ranking import Scores, measure
from saccade.metrics.trec import Qrels, Run
from saccade.progress import Progress
from saccade.workspace import Clock, Plan, Stage, Workspace
from saccade.workspace.lineage import Value, code_version

METRICS = ("hit@1", "P@1", "mean_p@20", "map@20", "nDCG@10", "RR")
Form = Literal["float", "binary"]
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Answer:
    """What one model in one form found."""

    model: str
    form: Form
    run: Run
    scores: Scores


@dataclass(frozen=True)
class Evaluate(Stage):
    """Measure how well fingerprints find what is relevant: hit@1, P@1, mean_p@20, map@20, nDCG@10, RR.

    Say what is relevant with `--qrels FILE` or `--same LABEL`, and which pictures ask and answer with
    `--queries` and `--gallery` (`role=review`, `folder=val`, `split=val`, joined by commas).
    """

    name: ClassVar[str] = "evaluate"

    label: str = "main"
    """Name of the report, under reports/evaluation/."""
    models: tuple[str, ...] = ()
    """Models to compare; empty: every model with fingerprints. The first is the base of the tests."""
    queries: str = ""
    """Pictures that ask; empty: all."""
    gallery: str = ""
    """Pictures that answer; empty: all."""
    same: str = ITEM
    """What makes a picture relevant: the same `item`, `category`, or the name of an attribute."""
    qrels: str | None = None
    """A TREC or Parquet file of judgements instead of `same`."""
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
        task = self._task(ws, catalogue, models)
        dims = [_dim(ws, model) for model in models]
        scores = 2 * len(models) * len(task.queries) * len(task.gallery)
        seconds = len(task.queries) * len(task.gallery) * sum(2e-11 * dim + 2e-8 for dim in dims)
        return Plan(self.name, scores, "scores", seconds, (f"models: {', '.join(models)}",))

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        self._check()
        with clock.reading():
            if self._unchanged(ws):
                return {
                    "queries": 0,
                    "models": 0,
                    "note": f"nothing changed since {self._folder}/metrics.json",
                }
            catalogue, models = Catalogue(ws), self._models(ws)
            task = self._task(ws, catalogue, models)
        progress.start("evaluate", 2 * len(models))
        answers: list[Answer] = []
        for model in models:
            answers += self._answers(ws, model, task, clock, progress)
        progress.stop()
        with clock.computing():
            groups = self._groups(catalogue, task) if self.clusters else None
            lines = [(answer.model, answer.form, answer.scores) for answer in answers]
            result = summarise(lines, groups, self._facts(task, groups), seed=self.seed)
        with clock.writing():
            self._write(ws, catalogue, task, answers, result)
        means = zip(result.metrics, result.lines[0].intervals, strict=True)
        shown = {metric: interval.mean for metric, interval in means}
        return {"queries": len(task.queries), "gallery": len(task.gallery), "models": len(models), **shown,
                "note": f"report: {ws.path(self._folder)}"}  # fmt: skip

    @property
    def _folder(self) -> str:
        return f"reports/evaluation/{self.label}"

    def _check(self) -> None:
        if not _LABEL.fullmatch(self.label):
            raise InputError(f"a label has letters, digits, '.', '_', '-', found {self.label!r}")
        if self.depth < 1 or self.worst < 0:
            raise InputError(f"depth is at least 1 and worst at least 0, found {self.depth} and {self.worst}")
        if not self.metrics:
            raise InputError("name at least one metric, such as hit@1")
        for text in self.metrics:
            cut = parse(text).k
            if cut and cut > self.depth:
                raise InputError(f"{text} needs a depth of at least {cut}, found {self.depth}")

    def _models(self, ws: Workspace) -> tuple[str, ...]:
        have = ws.models_with_fingerprints()
        chosen = self.models or tuple(have)
        if not chosen:
            raise NotFoundError(f"{ws.uri} has no fingerprints: run `saccade fingerprint` first")
        for model in chosen:
            if model not in have:
                raise NotFoundError(f"no fingerprints of {model!r}; there are {', '.join(have) or 'none'}")
        return chosen

    def _task(self, ws: Workspace, catalogue: Catalogue, models: tuple[str, ...]) -> Task:
        available = catalogue.images
        for model in models:
            available = fingerprinted(ws, model, available)
        protocol = Protocol(
            Selection.parse(self.queries), Selection.parse(self.gallery),
            self.same, self.qrels, self.by, self.leave_out,
        )  # fmt: skip
        return protocol.task(catalogue, available)

    def _answers(
        self, ws: Workspace, model: str, task: Task, clock: Clock, progress: Progress
    ) -> list[Answer]:
        with clock.reading():
            mine, theirs = load(ws, model, task.queries), load(ws, model, task.gallery)
        made: list[Answer] = []
        for form in ("float", "binary"):
            with clock.computing():
                run = task.run(scorer(mine, theirs, form), self.depth)
                made.append(Answer(model, form, run, measure(task.qrels, run, self.metrics)))
            progress.advance()
        return made

    def _groups(self, catalogue: Catalogue, task: Task) -> npt.NDArray[np.int64] | None:
        """A number for the label of each query; None where no two queries share one."""
        labels = catalogue.labels_of_images(ITEM if self.qrels else self.same)
        row = lookup(labels["image_id"].combine_chunks(), task.queries)
        code = np.asarray(labels["label"].combine_chunks().dictionary_encode().indices)
        groups = -1 - np.arange(len(task.queries))
        groups[row[row >= 0]] = code[row >= 0]
        return groups if len(np.unique(groups)) < len(groups) else None

    def _facts(self, task: Task, groups: npt.NDArray[np.int64] | None) -> dict[str, str | int]:
        drawn = "each query by itself" if groups is None else f"{len(np.unique(groups))} groups of queries"
        chosen: dict[str, str | int] = {
            "queries": f"{len(task.queries)} ({self.queries or 'all'})",
            "gallery": f"{len(task.gallery)} ({self.gallery or 'all'})",
            "ranked": f"{len(task.ids)} {self.by}s",
            "relevant": self.qrels or f"same {self.same}",
            "left out": ", ".join(self.leave_out) or "nothing",
            "depth": self.depth,
            "intervals": f"95%, {drawn}",
        }
        return {**chosen, **{name: count for name, count in task.counts.items() if count}}

    # -- writing ---------------------------------------------------------------------------------

    def _write(
        self, ws: Workspace, catalogue: Catalogue, task: Task, answers: list[Answer], result: Evaluation
    ) -> None:
        put = Folder(ws, self._folder)
        put.file("qrels.trec", task.qrels)
        for answer in answers:
            put.file(
                f"runs/{answer.model}-{answer.form}.trec", answer.run, tag=f"{answer.model}-{answer.form}"
            )
        put.table("per_query.parquet", _per_query(answers))
        put.text("table.md", f"# Evaluation {self.label}\n\n{result.markdown()}")
        first = answers[0]
        bad = worst(task, first.run, first.scores, self.worst)
        facts = [first.model, first.form, *(f"{name}: {fact}" for name, fact in result.facts.items())]
        put.text(
            "worst.html", page(catalogue, task, bad, result.metrics, f"Worst queries of {self.label}", facts)
        )
        # last: its presence with this signature says that the rest is there
        about = {"signature": self._signature(ws), "settings": asdict(self), **result.as_json()}
        put.text("metrics.json", json.dumps(about, indent=1))

    def _unchanged(self, ws: Workspace) -> bool:
        try:
            return json.loads(ws.read_bytes(f"{self._folder}/metrics.json"))["signature"] == self._signature(
                ws
            )
        except (NotFoundError, ValueError, KeyError, TypeError):
            return False

    def _signature(self, ws: Workspace) -> str:
        """Changes with the settings, the code, the judgements and every table that is read."""
        names = ["images", "sources", "items", "item_images", "duplicates"]
        names += [f"fingerprints/{model}" for model in self._models(ws)]
        state: dict[str, object] = {name: ws.table(name).version for name in names}
        state |= {"settings": asdict(self), "code": code_version()}
        if self.qrels and Path(self.qrels).is_file():
            state["qrels"] = hashlib.blake2b(Path(self.qrels).read_bytes()).hexdigest()
        return hashlib.blake2b(json.dumps(state, sort_keys=True).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Folder:
    """Writes files of a report, each whole or not at all, wherever the workspace lies."""

    ws: Workspace
    name: str

    def text(self, name: str, text: str) -> None:
        self.ws.write_bytes(f"{self.name}/{name}", text.encode())

    def file(self, name: str, pairs: Qrels | Run, **options: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, Path(name).name)
            pairs.write(path, **options)
            self.ws.write_bytes(f"{self.name}/{name}", path.read_bytes())

    def table(self, name: str, table: pa.Table) -> None:
        import pyarrow.parquet as pq

        sink = pa.BufferOutputStream()
        pq.write_table(table, sink)
        self.ws.write_bytes(f"{self.name}/{name}", sink.getvalue().to_pybytes())


def scorer(mine: Fingerprints, theirs: Fingerprints, form: Form) -> Scorer:
    """Cosine of the vectors, or agreement of their sign bits."""
    if form == "binary":
        return BitScorer(mine.bits, theirs.bits, mine.dim)
    return FloatScorer(_unit(mine.vectors), _unit(theirs.vectors))


def _unit(vectors: npt.NDArray[np.float16]) -> npt.NDArray[np.float32]:
    """Half floats are of length one to three digits only; a vector of zeros stays."""
    floats = vectors.astype(np.float32)
    length = np.linalg.norm(floats, axis=1, keepdims=True)
    return np.divide(floats, length, out=floats, where=length > 0)


def _per_query(answers: list[Answer]) -> pa.Table:
    parts: list[pa.Table] = []
    for answer in answers:
        table = answer.scores.to_arrow()
        names = pa.table({name: pa.repeat(pa.scalar(text), table.num_rows)
                          for name, text in (("model", answer.model), ("vectors", answer.form))})  # fmt: skip
        parts.append(pa.table({**dict(zip(names.column_names, names.columns, strict=True)),
                               **dict(zip(table.column_names, table.columns, strict=True))}))  # fmt: skip
    return pa.concat_tables(parts)


def _dim(ws: Workspace, model: str) -> int:
    return int(ws.fingerprints(model).schema.field("vector").type.list_size)


def table(ws: Workspace, label: str = "main") -> str:
    """The last evaluation with this label, as Markdown; `NotFoundError` when there was none."""
    return ws.read_bytes(f"reports/evaluation/{label}/table.md").decode()
