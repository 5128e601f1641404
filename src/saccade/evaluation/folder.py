"""The files of a report, `reports/evaluation/<label>/`, each written whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from saccade.evaluation.answers import Answer, Answers
from saccade.evaluation.classify import METHODS, Predicted
from saccade.evaluation.questions import IN, Asked
from saccade.metrics.trec import Qrels, Run
from saccade.workspace import Workspace

REPORTS = "reports/evaluation"


@dataclass(frozen=True)
class Folder:
    """Writes files of a report, wherever the workspace lies."""

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


def write_answers(put: Folder, asked: Asked, answers: Answers) -> None:
    """Who asked, and what was found and predicted: `queries.txt`, runs, qrels and values of every picture."""
    put.text("queries.txt", "\n".join(asked.queries.to_pylist()) + "\n")
    for domain, task in asked.retrieval.items():
        prefix = "" if domain == IN else f"{domain}/"
        mine = [answer for answer in answers.found if answer.domain == domain]
        put.file(f"{prefix}qrels.trec", task.qrels)
        for answer in mine:
            name = f"{answer.model}-{answer.form}"
            put.file(f"{prefix}runs/{name}.trec", answer.run, tag=name)
        put.table(f"{prefix}per_query.parquet", per_query(mine))
    if answers.predicted:
        put.table("predictions.parquet", predictions(answers.predicted, asked.queries))


def per_query(answers: Sequence[Answer]) -> pa.Table:
    """`model`, `vectors`, then the columns of `Scores.to_arrow`."""
    parts: list[pa.Table] = []
    for answer in answers:
        table = answer.scores.to_arrow()
        names = {"model": answer.model, "vectors": answer.form}
        said = {name: pa.repeat(pa.scalar(text), table.num_rows) for name, text in names.items()}
        parts.append(pa.table({**said, **dict(zip(table.column_names, table.columns, strict=True))}))
    return pa.concat_tables(parts)


def predictions(predicted: Sequence[Predicted], queries: pa.Array) -> pa.Table:
    """`model`, `vectors`, `task`, `image_id`, `truth`, and what each way predicted."""
    parts: list[pa.Table] = []
    for one in predicted:
        names = pa.array(one.task.classes, pa.string())
        said = {"model": one.model, "vectors": one.form, "task": one.task.name}
        count = len(one.task.tested)
        parts.append(
            pa.table({
                **{name: pa.repeat(pa.scalar(text), count) for name, text in said.items()},
                "image_id": queries.take(pa.array(one.task.tested)),
                "truth": names.take(pa.array(one.task.truth)),
                **{method: names.take(pa.array(one.classes[method])) for method in METHODS},
            })
        )  # fmt: skip
    return pa.concat_tables(parts)
