"""Where batches come from: pictures of the workspace, a copy of them, or features of a frozen trunk."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.models.folder import Model, make_model
from saccade.progress import Progress
from saccade.training.base import Start, open_base
from saccade.training.batch import Sampler
from saccade.training.data.loader import Loader
from saccade.training.data.pictures import Pictures, PictureSource
from saccade.training.data.resized import ResizedPictures
from saccade.training.data.resizing import build_resized
from saccade.training.data.transforms import Augment
from saccade.training.features.compute import extend, origin_of
from saccade.training.features.feed import FeatureLoader
from saccade.training.features.pictures import PictureViews
from saccade.training.features.store import Features
from saccade.training.features.trunk import headless, open_trunk
from saccade.training.loop.devices import launched
from saccade.training.settings import Augmenting, Options
from saccade.vision.preprocess import Preprocess
from saccade.workspace import Workspace

SAMPLE = 16  # pictures that runners are measured on


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process of a launch after the other: the first does the work, the rest find it done."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("wb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)  # the system lets go of it when a process dies
        yield


def augmentation(name: Augmenting, preprocess: Preprocess, size: int) -> Augment:
    """The preset of that name, for pictures of `size` pixels."""
    if name == "none":
        return Augment.none(replace(preprocess, size=(size, size), resize=None))
    if name == "plain":
        return Augment(size, scale=(0.35, 1.0))
    presets = {"pretraining": Augment.pretraining, "camera": Augment.camera_photos}
    return presets.get(name, Augment.finetuning)(size)


def picture_source(
    ws: Workspace, ids: pa.Array, sampler: Sampler, preprocess: Preprocess, own: Options, size: int,
    progress: Progress,
) -> Loader:  # fmt: skip
    """A loader of pictures of one size, from the copy where one is wanted."""
    pictures: PictureSource = Pictures(ws, ids)
    if own.copy_size:
        folder = ws.local_dir("copies")
        with alone(folder):
            build_resized(pictures, folder, own.copy_size, workers=own.workers, progress=progress)
        pictures = ResizedPictures(folder, own.copy_size, ids)
    return Loader(
        pictures, sampler, augmentation(own.augment, preprocess, size), workers=own.workers, seed=own.seed,
        rank=launched()[0], world=launched()[1], accumulate=own.accumulate,
    )  # fmt: skip


def cached_source(
    ws: Workspace, begin: Start, ids: pa.Array, sampler: Sampler, own: Options, progress: Progress
) -> FeatureLoader:
    """Batches of a frozen trunk's features, computed first where they are not there yet."""
    sized = begin.base
    if sized.preprocess != begin.preprocess:
        sized = make_model(sized.embedder, replace(sized.config, preprocess=begin.preprocess))
    augment = None
    if own.views > 1:
        augment = augmentation(own.augment, begin.preprocess, begin.preprocess.size[0])
    views = PictureViews(Pictures(ws, ids), begin.preprocess, augment, own.seed if augment else 0)
    features = _features(ws, headless(sized), views, own.views, progress)
    return FeatureLoader(features.select(ids, own.views), sampler, own.seed, own.accumulate, *launched())


def teacher_vectors(ws: Workspace, teacher: str, ids: pa.Array, progress: Progress) -> NDArray[np.float16]:
    """float16 [N, D]: what a teacher says of each picture; zeros where it cannot be read."""
    model = open_base(ws, teacher)
    features = _features(ws, model, PictureViews(Pictures(ws, ids), model.preprocess), 1, progress)
    return features.select(ids, 1).take(np.arange(len(ids)))


def _features(ws: Workspace, model: Model, views: PictureViews, count: int, progress: Progress) -> Features:
    """The features of all pictures, on disk."""
    some = range(min(SAMPLE, len(views.ids)))
    sample = [one[0] for one in views.read(some, [range(1)] * len(some)) if one is not None]
    pixels = np.stack(sample) if sample else np.zeros((0, *model.preprocess.size, 3), np.uint8)
    runner = open_trunk(model, ws.local_dir("cache"), pixels, len(views.ids) * count)
    features = Features(ws.local_dir("features"), origin_of(runner, views))
    extend(features, views, runner, count, progress=progress)
    return features
