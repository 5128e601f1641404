"""The end of a labelling: check, tables, card, and the scratch folder swept away.

Decided: each table is replaced in one commit, `image_labels` last, so whoever trains sees the old set or the
new one. A kill between two commits leaves the labelling unfinished, and the next run commits again what lies
in the scratch folder: the result is the same. What was built is checked before it is published: a family in
two splits, or a picture that an evaluation asks with in a split, is an error.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import NotFoundError
from saccade.labels.balance.leaks import Violations, check, refuse
from saccade.labels.balance.sampling import Balance
from saccade.labels.balance.training_set import training_set
from saccade.labels.card.gather import gather_facts
from saccade.labels.card.given import JudgedPairs, Move, Rate, RunFacts, SourceGiven
from saccade.labels.card.write import write_card
from saccade.labels.clustering.moves import moves
from saccade.labels.made import note_made, versions
from saccade.workspace.lineage import Value

SHOWN = 20  # moves that the card shows
LEAST = 5
"""Pictures below which a label is left out of the bound of an epoch: nothing can draw it often enough."""

if TYPE_CHECKING:
    from saccade.labels.labelling import Labelling


def publish(work: Labelling) -> dict[str, Value]:
    """Write the tables and the card; returns the counts of the report."""
    labels, violations = label_rows(work), _checked(work)
    shifted = _moved(work, labels)
    with work.clock.writing():
        _replace(work, "phrases", work.bench.vocabulary.table)
        _replace(work, "labels", labels)
        for table, step in (("annotations", "score"), ("image_labels", "target")):
            work.ws.table(table).replace(_staged(work, step))
    drawn, notes = draws(work)
    uri = _card(work, violations, drawn, shifted) if work.options.card else None
    counts = _counts(work, labels)
    note_made(work.ws, work.digest, counts)
    work.scratch.clear()
    notes = [*work.bench.sides.notes(), *notes]
    notes += [f"the label card is {uri}"] if uri else []
    return counts | {f"note {at}": note for at, note in enumerate(notes)}


def _counts(work: Labelling, labels: pa.Table) -> dict[str, Value]:
    used = int(pc.sum(pc.greater(labels.column("images"), 0)).as_py() or 0)
    return {
        "texts": work.done("gather")["texts"], "phrases": len(work.bench.vocabulary),
        "annotations": work.done("score")["rows"], "labels": used,
        "labelled_images": work.done("targets")["images"],
    }  # fmt: skip


def draws(work: Labelling) -> tuple[dict[str, float], tuple[str, ...]]:
    """Expected draws of each label in a balanced epoch, and what to say where the bound is out of reach."""
    try:
        found = training_set(work.ws)
    except NotFoundError:
        return {}, ("no picture of split train has a label: lower --threshold",)
    with work.clock.computing():
        balance = Balance("power", ratio=work.options.ratio, least=LEAST)
        epochs, reached = found.epochs(balance, work.options.seed)
        expected = found.data.sums(epochs.counts(0).astype("float64"))
    names = found.names.to_pylist()
    return dict(zip(found.label_ids.to_pylist(), expected.tolist(), strict=True)), reached.notes(
        names, balance.ratio
    )


def _replace(work: Labelling, name: str, rows: pa.Table) -> None:
    table = work.ws.table(name)
    table.create()
    table.replace(table.stage_rows(rows))


def _staged(work: Labelling, step: str) -> list[str]:
    marks = (work.scratch.marked(f"{step}/{bucket}") or {} for bucket in range(work.buckets))
    return [fragment for mark in marks for fragment in mark.get("staged", [])]


def label_rows(work: Labelling) -> pa.Table:
    """The labels with their pictures counted: images, and the sum of their weights."""
    parts = [work.scratch.read(f"label_counts/{bucket}") for bucket in range(work.buckets)]
    summed = (
        pa.concat_tables(parts).group_by("label_id").aggregate([("count_all", "sum"), ("weight_sum", "sum")])
    )
    labels = work.scratch.read("labels")
    place = pc.index_in(labels.column("label_id"), value_set=summed.column("label_id").combine_chunks())
    found = {
        "images": pc.fill_null(summed.column("count_all_sum").take(place), 0).cast(pa.int64()),
        "weight": pc.fill_null(summed.column("weight_sum_sum").take(place), 0.0).cast(pa.float64()),
    }
    for name, column in found.items():
        labels = labels.set_column(labels.column_names.index(name), name, column)
    return labels


def _checked(work: Labelling) -> Violations:
    sides = (work.scratch.read(f"sides/{bucket}") for bucket in range(work.buckets))
    batches = (batch for table in sides for batch in table.to_batches(1 << 16))
    found = check(batches, work.bench.sides.families, work.bench.sides.held)
    refuse(found)
    return found


def _moved(work: Labelling, labels: pa.Table) -> tuple[int, tuple[Move, ...]] | None:
    """How many phrases changed their label since the last version, and some; None for a first version."""
    before = work.ws.table("labels").read(["label_id", "name", "phrases"])
    if not len(before):
        return None
    found, names = moves(before, labels).moved, _names(before) | _names(labels)
    phrases = work.bench.vocabulary.table.select(["phrase_id", "phrase"])
    text = dict(zip(*phrases.to_pydict().values(), strict=True))
    shown = [(text.get(phrase, phrase), names.get(was), names.get(now)) for phrase, was, now in found[:SHOWN]]
    return len(found), tuple(Move(*one) for one in shown)


def _names(labels: pa.Table) -> dict[str, str]:
    return dict(zip(labels.column("label_id").to_pylist(), labels.column("name").to_pylist(), strict=True))


def _card(
    work: Labelling, violations: Violations, drawn: dict[str, float],
    shifted: tuple[int, tuple[Move, ...]] | None,
) -> str:  # fmt: skip
    facts = gather_facts(work.ws, run_facts(work, violations, drawn, shifted))
    return write_card(work.ws, facts, work.progress)


def run_facts(
    work: Labelling, violations: Violations, drawn: dict[str, float],
    shifted: tuple[int, tuple[Move, ...]] | None,
) -> RunFacts:  # fmt: skip
    """What the card cannot see in the tables."""
    cleaned, judged = work.done("clean"), work.done("scorer").get("judged")
    options = {name: _plain(value) for name, value in vars(work.options).items()}
    return RunFacts(
        made=datetime.now(UTC).isoformat(timespec="seconds"), threshold=work.options.threshold,
        sources=_sources(work), languages=cleaned["language"],
        signals=work.done("signals")["counts"] | cleaned["counts"],
        judged=JudgedPairs(tuple(judged["scores"]), tuple(judged["true"])) if judged else None,
        draws=drawn, moved=shifted and shifted[0], moves=shifted[1] if shifted else (),
        leaked=violations.families, settings=options, seed=work.options.seed,
        versions={name: version for name, version in work.inputs.items() if isinstance(version, int)}
        | versions(work.ws),
        seconds=work.seconds(), bottleneck=max(work.clock.seconds, key=lambda name: work.clock.seconds[name]),
    )  # fmt: skip


def _plain(value: object) -> str | int | float | bool | None:
    """A setting as the card shows it."""
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or "all"
    return value if isinstance(value, str | int | float | bool) else None


def _sources(work: Labelling) -> tuple[SourceGiven, ...]:
    signals = work.done("clean")
    estimated: dict[str, dict[str, Any]] = {row["source"]: row for row in work.done("scorer")["sources"]}
    return tuple(
        SourceGiven(
            name, texts, signals["covered"].get(name, 0), signals["copied"].get(name, 0),
            _rate(estimated.get(name), "precision"), _rate(estimated.get(name), "recall"),
        )
        for name, texts in signals["source"].items()
    )  # fmt: skip


def _rate(row: dict[str, Any] | None, name: str) -> Rate | None:
    """A share with its interval, where it was estimated."""
    values = [(row or {}).get(key) for key in (name, f"{name}_low", f"{name}_high")]
    known = [float(value) for value in values if value is not None and value == value]
    return Rate(*known) if len(known) == 3 else None
