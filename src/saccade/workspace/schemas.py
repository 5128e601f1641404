"""The Arrow schema of every table of a workspace, in one place, so that a reader never guesses.

Decided:
- A key column is never null; a table's key identifies a row, and `upsert` replaces by it.
- Times are UTC microseconds. Boxes are x, y, width, height in 0..1 of the upright image.
- The bytes of pictures live in `image_bytes`, apart from `images`: rows of `images` change (status,
  hashes), bytes never do, and rewriting them would cost a copy of the catalogue.
- `sources` remembers where bytes were seen and how the place looked (size, modification), so that a
  second ingest of an unchanged catalogue opens no file.
- Fingerprints have one table a model version (`fingerprint_spec`), side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

TIME = pa.timestamp("us", tz="UTC")
HASH_BYTES = 200  # width of images.phash, see saccade.vision.hashing


@dataclass(frozen=True)
class TableSpec:
    """Name, Arrow schema and key columns of one table."""

    name: str
    schema: pa.Schema
    key: tuple[str, ...]


def _spec(name: str, key: str, *columns: tuple[str, pa.DataType]) -> TableSpec:
    keys = tuple(key.split())
    fields = [pa.field(column, kind, nullable=column not in keys) for column, kind in columns]
    return TableSpec(name, pa.schema(fields), keys)


S, F, I32, I64 = pa.string(), pa.float32(), pa.int32(), pa.int64()

# What one source says of a phrase on an image: texts that say it, their weight, the share of them in which no
# longer phrase covers it, and how many are copies of another source's text.
EVIDENCE = pa.struct([("source", S), ("texts", I32), ("weight", F), ("longest", F), ("copied", I32)])

SPECS: dict[str, TableSpec] = {
    spec.name: spec
    for spec in (
        # one row per place (file, tar member, URL, row of a Parquet file) where bytes were seen
        _spec("sources", "uri", ("uri", S), ("image_id", S), ("size", I64), ("modified", S),
              ("status", S), ("reason", S), ("seen", TIME)),
        # one row per distinct bytes; uri is null when the bytes are kept in image_bytes
        _spec("images", "image_id", ("image_id", S), ("uri", S), ("width", I32), ("height", I32),
              ("format", S), ("size", I64), ("phash", pa.binary(HASH_BYTES)), ("first_seen", TIME),
              ("status", S), ("reason", S)),
        _spec("image_bytes", "image_id", ("image_id", S), ("bytes", pa.large_binary())),
        # near-duplicates: group_id is the image that stands for the group
        _spec("duplicates", "image_id", ("image_id", S), ("group_id", S), ("distance", I32)),
        _spec("items", "item_id", ("item_id", S), ("title", S), ("description", S), ("url", S),
              ("attributes", pa.map_(S, S)), ("category", S), ("price", pa.float64()),
              ("created", TIME), ("deleted", TIME)),
        # role: seller, review or scene
        _spec("item_images", "item_id image_id", ("item_id", S), ("image_id", S), ("role", S),
              ("position", I32)),
        # source is open-ended: title, description, board, query, alt, link, caption, ...
        _spec("texts", "image_id source text", ("image_id", S), ("source", S), ("text", S),
              ("language", S), ("weight", F)),
        _spec("boards", "board_id", ("board_id", S), ("name", S), ("owner", S)),
        _spec("board_items", "board_id item_id", ("board_id", S), ("item_id", S), ("time", TIME)),
        _spec("events", "event_id", ("event_id", S), ("time", TIME), ("user", S), ("surface", S),
              ("query", S), ("item_id", S), ("position", I32), ("action", S), ("experiment", S),
              ("variant", S)),
        _spec("objects", "object_id", ("object_id", S), ("image_id", S), ("x", F), ("y", F),
              ("width", F), ("height", F), ("category", S), ("score", F)),
        # which detector looked at a picture last, and the objects that it found; boxes that people drew are
        # in `objects` alone
        _spec("detections", "image_id", ("image_id", S), ("source", S), ("status", S), ("reason", S),
              ("object_ids", pa.list_(S)), ("seen", TIME)),
        # salient colours of a picture or an object, the largest first: CIE Lab, three numbers a colour;
        # shares of the salient pixels; names of colour families (vision/colour.py)
        _spec("colours", "id", ("id", S), ("image_id", S), ("lab", pa.list_(F)), ("shares", pa.list_(F)),
              ("names", pa.list_(S)), ("status", S), ("reason", S)),
        # weak labels (saccade.labels): the vocabulary; who says which phrase of an image and how surely it is
        # true of it (score 0..1); clusters of phrases (kind: head, a phrase alone, or tail); training targets
        _spec("phrases", "phrase_id", ("phrase_id", S), ("phrase", S), ("language", S), ("key", S),
              ("words", I32), ("support", I64), ("sources", pa.list_(S)), ("npmi", F), ("visualness", F),
              ("origin", S)),
        _spec("annotations", "image_id phrase_id", ("image_id", S), ("phrase_id", S), ("score", F),
              ("evidence", pa.list_(EVIDENCE))),
        _spec("labels", "label_id", ("label_id", S), ("name", S), ("kind", S), ("phrases", pa.list_(S)),
              ("languages", pa.list_(S)), ("images", I64), ("weight", pa.float64()), ("purity", F),
              ("parent", S)),
        _spec("image_labels", "image_id label_id", ("image_id", S), ("label_id", S), ("weight", F),
              ("split", S)),
        # labels of pictures for a supervised task (skin_tone, season, ...), from outside the items
        _spec("tasks", "task image_id label", ("task", S), ("image_id", S), ("label", S)),
        _spec("judgements", "query_id item_id rater", ("query_id", S), ("item_id", S), ("rater", S),
              ("grade", I32), ("time", TIME)),
        # lineage: one row per run of a stage that wrote something (workspace/lineage.py)
        _spec("runs", "run_id", ("run_id", S), ("stage", S), ("settings", S), ("code", S),
              ("inputs", pa.map_(S, I64)), ("outputs", pa.map_(S, I64)), ("counts", S),
              ("seconds", pa.float64()), ("state", S), ("host", S), ("started", TIME), ("ended", TIME)),
    )
}  # fmt: skip


LABEL_CARD = "reports/labels"  # folder of the label card, card.json and card.html
# Rows of a table of fingerprints, as Lance SQL: that of a whole picture bears the picture's id.
OWN_ROWS = {"images": "id = image_id", "objects": "id != image_id", "all": "true"}


def fingerprint_spec(model_id: str, dim: int) -> TableSpec:
    """Table of the vectors of one model version.

    `id` is an image_id or an object_id; `vector` has `dim` float16, L2-normalised; `bits` holds the
    sign bits (bit i is 1 where vector[i] > 0, most significant bit first, padded with 0).
    """
    columns = (
        ("id", S), ("image_id", S), ("vector", pa.list_(pa.float16(), dim)),
        ("bits", pa.binary((dim + 7) // 8)), ("status", S), ("reason", S),
    )  # fmt: skip
    return _spec(f"fingerprints/{model_id}", "id", *columns)
