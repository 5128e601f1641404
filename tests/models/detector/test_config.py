"""A detector's config: read back as written, wrong ones refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from saccade.errors import InputError, NotFoundError
from saccade.models.detector import DetectorConfig, read_detector_config
from saccade.models.detector.config import is_detector_folder

CONFIG = DetectorConfig(
    "vit-frcnn", ("lamp", "chair"), size=224, backbone="vit_tiny_patch16_224", kwargs={"depth": 2},
    options={"anchors": [0.1, 0.5], "residual": 2}, vectors=True, name="rooms",
)  # fmt: skip


def test_it_is_read_back_as_written(tmp_path: Path) -> None:
    CONFIG.write(tmp_path / "config.json")
    assert read_detector_config(tmp_path) == CONFIG
    assert is_detector_folder(tmp_path) and not is_detector_folder(tmp_path / "no")
    assert json.loads((tmp_path / "config.json").read_text())["kind"] == "detector"
    assert CONFIG.two_stage.anchors == (0.1, 0.5) and CONFIG.two_stage.residual == 2


def test_the_identity_is_free_of_names_and_licences() -> None:
    values = {key: getattr(CONFIG, key) for key in ("architecture", "categories", "size", "backbone")}
    plain = DetectorConfig(**values)
    assert plain.identity() == DetectorConfig(**values, name="x", licence="MIT", source="y").identity()
    assert plain.identity() != DetectorConfig(**values, nms_threshold=0.7).identity()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "timm"}, "expected the config of a detector, found a model of kind 'timm'"),
        ({"format": 9}, "format 1"),
        ({"colour": 1}, "unknown colour"),
        ({"size": "big"}, "of the wrong type size"),
        ({"kwargs": {"pretrained": True}}, "may not fetch weights"),
        ({"architecture": "yolo"}, "architecture is one of"),
        ({"categories": []}, "categories has a name or more"),
        ({"categories": ["a", "a"]}, "names each once"),
        ({"options": {"depth": 3}}, "options of vit-frcnn are"),
        ({"options": {"residual": "two"}}, "option residual is of type int"),
    ],
)
def test_a_wrong_config_is_refused_in_one_line(
    changes: dict[str, object], message: str, tmp_path: Path
) -> None:
    values = json.loads(CONFIG.to_json()) | changes
    (tmp_path / "config.json").write_text(json.dumps(values))
    with pytest.raises(InputError, match=message) as caught:
        read_detector_config(tmp_path)
    assert "\n" not in str(caught.value)


def test_what_is_no_folder_of_a_detector_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="it is no detector folder"):
        read_detector_config(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(InputError, match="is not JSON"):
        read_detector_config(tmp_path)


def test_options_of_the_other_architecture_are_not_given() -> None:
    single = DetectorConfig("ssd", ("object",))
    assert single.agnostic and single.single_shot.convs == 2
    with pytest.raises(InputError, match="no stages"):
        _ = single.two_stage
    with pytest.raises(InputError, match="has two stages"):
        _ = CONFIG.single_shot
