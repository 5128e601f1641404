"""Measuring lens: each source alone, the blend, and their difference."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from saccade.discovery.engine import Engine
from saccade.discovery.lens.learned import LearnedBlend
from saccade.discovery.lens.lens import Lens
from saccade.errors import InputError
from saccade.evaluation.lens import AGREED, BLEND, LEARNED, LensPhoto, LensScores, measure_lens


def photo(name: str, relevant: set[str]) -> LensPhoto:
    """A red disc."""
    picture = np.full((96, 96, 3), 240, np.uint8)
    cv2.circle(picture, (48, 48), 33, (200, 30, 30), -1)
    sink = io.BytesIO()
    Image.fromarray(picture).save(sink, "PNG")
    return LensPhoto(name, sink.getvalue(), frozenset(relevant))


def scores(**values: list[float]) -> LensScores:
    return LensScores("hit@1", {name: np.array(row) for name, row in values.items()})


@pytest.fixture(scope="module")
def lens(small_shop: Engine) -> Lens:
    return Lens.open(small_shop)


@pytest.fixture(scope="module")
def small_shop(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Two discs of two colours, from files to index."""
    import json

    from saccade.catalog.ingest import Ingest
    from saccade.fingerprints.stage import Fingerprint
    from saccade.fingerprints.store import keep_model
    from saccade.index.stage import BuildIndex
    from saccade.training.handmade import handmade_model
    from saccade.workspace import Workspace

    folder = tmp_path_factory.mktemp("shop")
    rows, groups = [], []
    for name, ink in (("red", (200, 30, 30)), ("blue", (30, 60, 210)), ("green", (20, 150, 60))):
        pictures = [
            cv2.circle(np.full((96, 96, 3), 240, np.uint8), (48, 48), size, ink, -1) for size in (28, 36)
        ]
        for at, picture in enumerate(pictures):
            Image.fromarray(picture).save(folder / f"{name}-{at}.png")
        images = [{"path": f"{name}-{at}.png"} for at in range(2)]
        rows.append({"item_id": name, "title": f"{name} disc", "category": "disc", "images": images})
        groups.append((name, pictures))
    (folder / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    ws = Workspace(folder / "ws", create=True)
    Ingest(str(folder / "items.jsonl")).run(ws)
    handmade_model(groups, folder / "model")
    model_id = keep_model(ws, folder / "model")
    Fingerprint(model_id).run(ws)
    BuildIndex(model_id).run(ws)
    return Engine(ws)


def test_every_line_is_measured(lens: Lens) -> None:
    learned = LearnedBlend("lens", {"whole": (0.0, -5.0, 0.0, 0.0, 0.0)}, 0.0, 0.0)
    found = measure_lens(lens, [photo("a", {"red"}), photo("b", {"blue"})], "hit@1", learned)
    sources = {"whole", "crop", "words"}
    assert set(found.values) == sources | {name + AGREED for name in sources} | {BLEND, LEARNED}
    assert found.sources == ("whole", "crop", "words") and found.means["words"] == 0
    assert found.values["whole"].tolist() == [1, 0] == found.values[BLEND].tolist()
    assert found.values[LEARNED].tolist() == [0, 0] or found.values[LEARNED].tolist() == [0, 1]


def test_gain_is_over_the_best_source() -> None:
    found = scores(whole=[1, 0, 0, 1], words=[0, 1, 0, 0], blend=[1, 1, 0, 1])
    assert found.best == "whole"
    assert (
        found.gain.difference.mean == pytest.approx(0.25) and found.gain.wins == 1 and found.gain.losses == 0
    )


def test_pooled_photos_count_alike() -> None:
    both = LensScores.pooled([scores(whole=[1], blend=[1]), scores(whole=[0, 0], blend=[1, 0])])
    assert both.values["whole"].tolist() == [1, 0, 0] and both.means["blend"] == pytest.approx(2 / 3)


def test_nothing_to_measure(lens: Lens) -> None:
    with pytest.raises(InputError, match="expected photos with relevant items"):
        measure_lens(lens, [])
