"""The verbs `detect` and `assess-detector` on real pictures with a real detector."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from saccade.catalog.ingest import Ingest
from saccade.cli.verbs import assess_detector, detect
from saccade.detection.imports import import_onnx, read_categories
from saccade.errors import InputError
from saccade.workspace.workspace import Workspace


def test_a_folder_of_photographs_gets_objects_and_a_report(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = data_dir / "coco"
    rows = [json.loads(line) for line in (pack / "val.jsonl").read_text().splitlines()[:8]]
    (tmp_path / "images").mkdir()
    for row in rows:
        shutil.copy(pack / row["image"], tmp_path / "images" / Path(row["image"]).name)
    names = read_categories(pack / "categories.jsonl")
    graph = data_dir / "weights" / "yolox_nano_coco.onnx"
    folder = import_onnx(graph, "yolox", names, tmp_path / "yolox", licence="Apache-2.0")
    ws = Workspace(tmp_path / "ws", create=True)
    Ingest(str(tmp_path / "images")).run(ws)

    place = ["--workspace", ws.uri, "--quiet"]
    detect.main(["--model", str(folder), "--dry-run", *place])
    assert "detect: 8 pictures" in capsys.readouterr().out
    detect.main(["--model", str(folder), "--threads", "1", *place])
    assert "8 looked at" in capsys.readouterr().out
    assert ws.table("objects").count("score >= 0.3") == ws.table("objects").count() > 8

    truth = {
        "images": [
            {
                "id": row["image_id"],
                "file_name": Path(row["image"]).name,
                "width": row["width"],
                "height": row["height"],
            }
            for row in rows
        ],
        "categories": [{"id": at, "name": name} for at, name in enumerate(names)],
        "annotations": [
            {"image_id": row["image_id"], "category_id": one["category_id"], "bbox": one["bbox"]}
            for row in rows
            for one in row["objects"]
        ],
    }
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    options = ["--truth", str(tmp_path / "truth.json"), "--resamples", "5", "--no-curve", "--threads", "1"]
    assess_detector.main([*options, *place])
    assert "| yolox_nano_coco-" in capsys.readouterr().out


def test_a_wrong_option_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="saccade detect --help"):
        detect.main(["--colour", "red"])
    with pytest.raises(InputError, match="threshold"):
        detect.main(["--threshold", "2", "--workspace", str(tmp_path / "ws")])
