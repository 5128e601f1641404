"""Class means: chances that follow the classes, and where they come from."""

from __future__ import annotations

import numpy as np

from saccade.discovery.lens.classifier import ClassMeans
from saccade.discovery.lens.words import Annotations
from saccade.workspace import Workspace


def blobs(dice: np.random.Generator, each: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors around three directions, and which they are of."""
    kinds = np.repeat(np.arange(3), each)
    vectors = np.eye(8)[kinds] + dice.normal(0, 0.25, (3 * each, 8))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), np.eye(
        3, dtype=bool
    )[kinds]


def test_chances_follow_the_class_and_are_calibrated() -> None:
    dice = np.random.default_rng(0)
    vectors, shown = blobs(dice)
    model = ClassMeans.fit(vectors, shown, [("a", None), ("b", None), ("c", "en")])
    asked, truth = blobs(dice)
    words = model(asked)
    firsts = np.array(["abc".index(row[0].phrase) if row else -1 for row in words])
    assert (firsts == truth.argmax(1)).mean() > 0.95
    sure = np.mean([row[0].score for row in words if row])
    assert abs(sure - (firsts == truth.argmax(1)).mean()) < 0.15


def test_the_shop(labelled: Workspace) -> None:
    model_id = labelled.models_with_fingerprints()[0]
    model = ClassMeans.read(labelled, model_id, Annotations.read(labelled))
    assert model is not None and ("red", "en") in model.names


def test_nothing_to_learn_from(shop: Workspace) -> None:
    model_id = shop.models_with_fingerprints()[0]
    assert ClassMeans.read(shop, model_id, Annotations.read(shop)) is None
