"""Real photographs, in the forms in which they came."""

from __future__ import annotations

import json

import pytest

from saccade.catalog.ingest import Ingest
from saccade.catalog.mapping import Mapping
from saccade.workspace import Workspace


@pytest.fixture
def ws(tmp_path) -> Workspace:
    return Workspace(tmp_path / "workspace", create=True)


def test_fashion(ws, data_dir):
    source = str(data_dir / "fashion" / "val.jsonl")
    mapping = Mapping(attributes=("gender", "base_colour", "season"))
    report = Ingest(source, mapping).run(ws)
    assert (report.counts["rows"], report.counts["decoded"]) == (1034, 1034)
    assert ws.table("items").count() == 1034
    assert (
        ws.table("images").count() == ws.table("images").count("status = 'ok'") == report.counts["new_images"]
    )
    assert ws.table("items").count("category = 'Watches'") > 0
    assert Ingest(source, mapping).run(ws).counts["unchanged"] == 1034


def test_grocery(ws, data_dir):
    Ingest(str(data_dir / "grocery" / "products.jsonl"), Mapping(item_id="product_id")).run(ws)
    Ingest(str(data_dir / "grocery" / "val.jsonl"), Mapping(item_id="product_id"), role="review").run(ws)
    assert ws.table("items").count() == ws.table("items").count("description IS NOT NULL") == 81
    assert ws.table("item_images").count("role = 'seller'") == 81
    assert ws.table("item_images").count("role = 'review'") == 296


def test_coco(ws, data_dir, tmp_path):
    pack = data_dir / "coco"
    rows = [json.loads(line) for line in (pack / "val.jsonl").read_text().splitlines()]
    names = sorted({box["label"] for row in rows for box in row["objects"]})
    found = {
        "images": [{"id": row["image_id"], "file_name": row["image"], "width": row["width"],
                    "height": row["height"]} for row in rows],
        "categories": [{"id": number, "name": name} for number, name in enumerate(names)],
        "annotations": [{"image_id": row["image_id"], "bbox": box["bbox"],
                         "category_id": names.index(box["label"])}
                        for row in rows for box in row["objects"] if not box["iscrowd"]]
        + [{"image_id": row["image_id"], "caption": caption} for row in rows for caption in row["captions"]],
    }  # fmt: skip
    (tmp_path / "coco.json").write_text(json.dumps(found))
    report = Ingest(str(tmp_path / "coco.json"), root=str(pack)).run(ws)
    assert report.counts["decoded"] == 116
    assert ws.table("texts").count("source = 'caption'") == 54 * 5
    boxes = sum(not box["iscrowd"] for row in rows for box in row["objects"])
    assert boxes * 0.98 <= ws.table("objects").count() + report.counts.get("rejected_boxes", 0) <= boxes
    assert ws.table("objects").count("x < 0 OR y < 0 OR x + width > 1.00001 OR y + height > 1.00001") == 0
