"""Judgements of people on (image, phrase): a file of them, and which pairs of the evidence they are about.

    image_id (or item_id), phrase (text, lemmas or phrase_id), good (0, 1, true, false, yes, no), language

Decided: one row a judgement; where people disagree about a pair, the majority counts, and a draw is left out.
Rows about images, phrases or pairs that are not there are counted, not refused: a file of judgements outlives
the catalogue it was made for.

Not here: learning from them (`learned`).
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import InputError, NotFoundError
from saccade.labels.scoring.evidence import Evidence

JUDGED = pa.schema({"pair": pa.int64(), "good": pa.bool_()})
"""What the learned scorer takes. pair: number of the pair in the evidence."""

FILE = pa.schema({
    "image_id": pa.string(), "item_id": pa.string(), "phrase": pa.string(), "language": pa.string(),
    "good": pa.bool_(),
})  # fmt: skip
"""What `read_judged` gives: one of image_id and item_id is null."""

_YES, _NO = ("1", "1.0", "true", "yes", "good"), ("0", "0.0", "false", "no", "bad")


@dataclass(frozen=True)
class Joined:
    """pairs: rows of `JUDGED` by pair; the rest are rows of the file that were about nothing here: no_image,
    no_phrase, not_said (nobody says the phrase of the image), draw (as many for it as against).
    """

    pairs: pa.Table
    no_image: int
    no_phrase: int
    not_said: int
    draw: int


def read_judged(path: str | Path) -> pa.Table:
    """Rows of `FILE` from CSV, TSV, JSON lines or Parquet, told apart by the file's ending.

    Raises `NotFoundError` for no such file, `InputError` for another kind of file, missing columns or a
    `good` that is neither yes nor no.
    """
    place = Path(path)
    if not place.is_file():
        raise NotFoundError(f"no file of judgements at {place}: give a CSV, TSV, JSONL or Parquet file")
    table = _read(place)
    who = [name for name in ("image_id", "item_id") if name in table.column_names]
    missing = [name for name in ("phrase", "good") if name not in table.column_names]
    if missing or not who:
        raise InputError(
            f"{place.name} needs columns image_id or item_id, phrase, good (language if known), found "
            f"{', '.join(table.column_names) or 'none'}"
        )
    return pa.table({name: _column(table, name, place.name) for name in FILE.names}, schema=FILE)


def join_judged(
    judged: pa.Table,
    subjects: pa.Table,
    evidence: Evidence,
    phrases: pa.Table,
    items: Mapping[str, list[str]] | None = None,
) -> Joined:
    """Which pairs of the evidence the judgements are about.

    judged: rows of `FILE`; subjects: rows of `SUBJECTS`, numbered as in `evidence`; phrases: the vocabulary;
    items: item_id → its images, for judgements about items.
    """
    rows = _rows(subjects, judged, items or {})
    known = _phrases(phrases)
    pair = {
        key: at
        for at, key in enumerate(zip(evidence.subject.tolist(), evidence.phrase.tolist(), strict=True))
    }
    votes: dict[int, list[bool]] = {}
    counts = {"no_image": 0, "no_phrase": 0, "not_said": 0}
    for places, row in zip(rows, judged.to_pylist(), strict=True):
        named = _named(known, row["phrase"], row["language"])
        found = {pair[key] for key in ((s, p) for s in places for p in named) if key in pair}
        for at in found:
            votes.setdefault(at, []).append(row["good"])
        if not found:
            counts["no_image" if not places else "no_phrase" if not named else "not_said"] += 1
    share = {at: sum(given) / len(given) for at, given in sorted(votes.items())}
    sure = {at: value > 0.5 for at, value in share.items() if value != 0.5}
    table = pa.table({"pair": list(sure), "good": list(sure.values())}, schema=JUDGED)
    return Joined(table, draw=len(share) - len(sure), **counts)


def _read(place: Path) -> pa.Table:
    from pyarrow import csv, json, parquet

    kind = place.suffix.lower()
    try:
        if kind in (".csv", ".tsv"):
            parse = csv.ParseOptions(delimiter="\t" if kind == ".tsv" else ",")
            texts = dict.fromkeys(FILE.names, pa.string())
            return csv.read_csv(
                place, parse_options=parse, convert_options=csv.ConvertOptions(column_types=texts)
            )
        if kind in (".jsonl", ".ndjson"):
            return json.read_json(place)
        if kind in (".parquet", ".pq"):
            return parquet.read_table(place)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OSError) as error:
        raise InputError(f"{place.name} cannot be read as {kind[1:]}: {str(error).splitlines()[0]}") from None
    raise InputError(f"judgements are a .csv, .tsv, .jsonl or .parquet file, found {place.name}")


def _column(table: pa.Table, name: str, file: str) -> pa.ChunkedArray | pa.Array:
    if name not in table.column_names:
        return pa.nulls(table.num_rows, FILE.field(name).type)
    texts = pc.cast(table.column(name), pa.string())
    if name != "good":
        return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    texts = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    known = pc.is_in(texts, pa.array([*_YES, *_NO]))
    if pc.any(pc.invert(pc.fill_null(known, False))).as_py():
        at = pc.index(pc.fill_null(known, False), False).as_py()
        found = texts[at].as_py()
        raise InputError(f"{file}: good is 0, 1, true or false in every row, found {found} in row {at + 1}")
    return pc.is_in(texts, pa.array(_YES))


def _rows(subjects: pa.Table, judged: pa.Table, items: Mapping[str, list[str]]) -> list[set[int]]:
    """The subjects that each judgement is about."""
    of_image: dict[str, int] = {}
    for number, images in zip(
        subjects.column("subject").to_pylist(), subjects.column("image_ids").to_pylist(), strict=True
    ):
        of_image.update(dict.fromkeys(images, number))
    wanted = zip(judged.column("image_id").to_pylist(), judged.column("item_id").to_pylist(), strict=True)
    images = [[image] if image is not None else items.get(item, []) for image, item in wanted]
    return [{of_image[image] for image in named if image in of_image} for named in images]


def _phrases(phrases: pa.Table) -> dict[str, list[tuple[int, str]]]:
    """Every name of a phrase (id, text in small letters, lemmas) → its rows with their languages."""
    found: dict[str, list[tuple[int, str]]] = {}
    columns = (phrases.column(name).to_pylist() for name in ("phrase_id", "phrase", "key", "language"))
    for row, (number, text, key, language) in enumerate(zip(*columns, strict=True)):
        for name in dict.fromkeys((number, text.lower(), key)):
            found.setdefault(name, []).append((row, language))
    return found


def _named(known: dict[str, list[tuple[int, str]]], phrase: str | None, language: str | None) -> list[int]:
    rows = known.get((phrase or "").strip().lower(), [])
    return [row for row, spoken in rows if language is None or spoken == language]
