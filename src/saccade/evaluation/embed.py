"""Vectors of chosen pictures straight from a model, held in memory: for a model that has no table yet.

Decided: reading, preprocessing and rounding are those of the stage `fingerprint` (`Kernel`), so the numbers
are those that its table would hold; pictures stream through in batches, and only vectors stay (2 bytes a
number). What a table of the model holds already is taken from there. The runner is chosen as the stage
chooses it and remembered, so that the stage goes on with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.errors import InputError, NotFoundError
from saccade.evaluation.vectors import Fingerprints, fingerprinted, load
from saccade.fingerprints.kernel import Kernel, sign_bits
from saccade.fingerprints.keys import contains, keys_of
from saccade.fingerprints.model import ModelRef
from saccade.fingerprints.pending import Work
from saccade.fingerprints.reader import Reader
from saccade.fingerprints.runners.base import Pixels, Runner
from saccade.fingerprints.runners.choose import (
    REFERENCE,
    Choice,
    choose_runner,
    open_runner,
    remember,
    remembered,
)
from saccade.fingerprints.sources import Sources
from saccade.fingerprints.stage import SMALL
from saccade.metrics.columns import lookup
from saccade.progress import Progress
from saccade.workspace import Clock, Workspace

BATCH = 16
CHUNK = 1024
SAMPLE = 32


@dataclass(frozen=True)
class Embedded:
    """A model with the vectors of chosen pictures, and what it was run with.

    sample: uint8 [n, H, W, 3], some of the pictures as the model sees them, at most `SAMPLE`.
    """

    model: ModelRef
    choice: Choice
    vectors: Fingerprints
    sample: Pixels


def embed(ws: Workspace, model: ModelRef, images: pa.Array, clock: Clock, progress: Progress) -> Embedded:
    """The vectors of those `images` (ids, ascending) that can be read.

    Raises `InputError` when none can.
    """
    known = _known(ws, model.model_id, images)
    rows = lookup(images, known) >= 0
    todo = _work(ws, images.filter(pa.array(~rows)))
    sources = Sources(ws.table("image_bytes").dataset())
    with clock.reading():
        sample = _sample(_work(ws, images), Reader(sources, model.preprocess, SAMPLE))
    with clock.computing():
        choice = _choice(ws, model, todo.todo, sample)
        runner = open_runner(choice.name, model, ws.local_dir("cache"), BATCH)
    found = _held(ws, model, images, known)
    good = rows | _fill(runner, todo, sources, found, clock, progress)
    if not good.any():
        raise InputError(f"none of {len(images)} pictures can be read or computed with {model.model_id}")
    kept = images.filter(pa.array(good))
    return Embedded(model, choice, found.of(kept), sample)


def _known(ws: Workspace, model_id: str, images: pa.Array) -> pa.Array:
    try:
        return fingerprinted(ws, model_id, images)
    except NotFoundError:
        return images.slice(0, 0)


def _held(ws: Workspace, model: ModelRef, images: pa.Array, known: pa.Array) -> Fingerprints:
    """Room for all of the images, filled where a table knows them."""
    bits = np.zeros((len(images), (model.dim + 7) // 8), np.uint8)
    found = Fingerprints(images, np.zeros((len(images), model.dim), np.float16), bits)
    if len(known):
        there, place = load(ws, model.model_id, known), lookup(known, images)
        found.vectors[place], found.bits[place] = there.vectors, there.bits
    return found


def _work(ws: Workspace, images: pa.Array) -> Work:
    """These images as the work of the stage: all others of the catalogue count as done."""
    wanted = np.sort(keys_of(images))
    every = [keys_of(batch.column(0)) for batch in ws.table("images").scan(["image_id"], "status = 'ok'")]
    catalogue = np.concatenate(every) if every else wanted
    done = np.sort(catalogue[~contains(wanted, catalogue)])
    return Work(ws, "images", done, (), (), len(images))


def _fill(
    runner: Runner, work: Work, sources: Sources, found: Fingerprints, clock: Clock, progress: Progress
) -> npt.NDArray[np.bool_]:
    """Put the vectors of the work in place; bool [N], where that went well."""
    good = np.zeros(len(found.ids), bool)
    progress.start(f"embed with {runner.model_id}", work.todo)
    for table in Kernel(runner, sources)(work.chunks(CHUNK), clock):
        fine = np.array([status == "ok" for status in table.column("status").to_pylist()], bool)
        progress.advance(len(table))
        if not fine.any():
            continue
        rows = table.filter(pa.array(fine))
        place = lookup(rows.column("id").combine_chunks(), found.ids)
        flat = pa.concat_arrays([chunk.flatten() for chunk in rows.column("vector").chunks])
        found.vectors[place] = flat.to_numpy(zero_copy_only=False).reshape(len(rows), -1)
        found.bits[place] = sign_bits(found.vectors[place])
        good[place] = True
    progress.stop()
    return good


def _sample(work: Work, reader: Reader) -> Pixels:
    """The first of the pictures that can be read."""
    batch = reader(next(work.chunks(SAMPLE)))
    return batch.pixels[np.flatnonzero([status == "ok" for status in batch.statuses])]


def _choice(ws: Workspace, model: ModelRef, count: int, sample: Pixels) -> Choice:
    cache = ws.local_dir("cache")
    if kept := remembered(cache, model.model_id):
        return kept
    if model.function is not None or count < SMALL or not len(sample):
        return Choice("plain" if model.function is not None else REFERENCE)
    choice = choose_runner(model, sample, cache, BATCH)
    remember(cache, model.model_id, choice)
    return choice
