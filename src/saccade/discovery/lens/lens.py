"""From a camera photo to blended results: the whole of lens.

Decided:
- One trunk pass embeds the photo and the crop of its main object together.
- Words come from the nearest pictures and, where there is one, from a classifier; then all sources are asked.
- Rows of items are read before blending, since confidences look at their categories; what is no item any more
  is dropped there, and more than wanted is asked for to make up for it.
- Whatever is missing (detector, index of objects, annotations, titles) leaves its source out with a note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from saccade.discovery.answer import Result, Stopwatch
from saccade.discovery.engine import Engine
from saccade.discovery.items import ItemRow
from saccade.discovery.lens.agreement import agreed
from saccade.discovery.lens.blend import DEFAULT, BlendSettings, fuse, weights
from saccade.discovery.lens.classifier import ClassMeans
from saccade.discovery.lens.confidence import confidences
from saccade.discovery.lens.learned import LearnedBlend
from saccade.discovery.lens.shapes import (
    Blended,
    Found,
    LensAnswer,
    LensQuery,
    LensResult,
    Photo,
    Seen,
    SourceReport,
    Understanding,
)  # fmt: skip
from saccade.discovery.lens.sources import Crop, Objects, Source, Whole, Words
from saccade.discovery.lens.understand import Detects, notes, understand, with_words
from saccade.discovery.lens.words import Annotations, Classifier, merged
from saccade.errors import InputError, NotFoundError
from saccade.index.opened import IndexInfo, open_index
from saccade.index.protocol import Index
from saccade.vision.boxes import Box, crop, with_margin
from saccade.vision.decode import decode
from saccade.vision.identity import image_id

FIXED = "fixed"
_NAMES = {
    "whole": "the whole photo",
    "crop": "its main object",
    "objects": "objects like it in other pictures",
    "words": "the words predicted for it",
}


@dataclass(frozen=True)
class LensSettings:
    """depth: candidates that each source gives at least. voters: nearest pictures that predict words. blend:
    of the fixed blend.
    """

    depth: int = 60
    voters: int = 40
    blend: BlendSettings = DEFAULT


@dataclass(frozen=True, eq=False)
class Gathered:
    """One photo, understood and asked about, before blending. confidences: by source."""

    query: LensQuery
    known: Understanding
    found: tuple[Found, ...]
    confidences: Mapping[str, float]
    rows: Mapping[str, ItemRow]
    watch: Stopwatch

    @property
    def categories(self) -> dict[str, str | None]:
        """Of the items that were found."""
        return {item: row.category for item, row in self.rows.items()}


class Lens:
    """Answers camera photos over an engine's index. One serves many threads.

    detector: of objects in photos. objects: the index of objects, of the same model. annotations, classifier:
    where words come from; annotations are read from the workspace unless given. blend: a learned one.
    """

    def __init__(
        self, engine: Engine, *, detector: Detects | None = None,
        objects: tuple[Index, IndexInfo] | None = None, annotations: Annotations | None = None,
        classifier: Classifier | None = None, blend: LearnedBlend | None = None,
        settings: LensSettings | None = None,
    ) -> None:  # fmt: skip
        self.engine, self.detector, self.blend = engine, detector, blend
        self.settings, self.classifier = settings or LensSettings(), classifier
        self.annotations = Annotations.read(engine.ws) if annotations is None else annotations
        self._objects = objects
        self.sources: tuple[Source, ...] = (
            Whole(engine.index, engine.shelf), Crop(engine.index, engine.shelf),
            *((Objects(*objects),) if objects else ()), Words(engine.ws, engine.info.fields),
        )  # fmt: skip

    @staticmethod
    def open(engine: Engine, detector: Detects | None = None) -> Lens:
        """With whatever the workspace has: an index of objects of the same model, labels, a learned blend."""
        said = Annotations.read(engine.ws)
        return Lens(
            engine, detector=detector, objects=_objects(engine), annotations=said,
            classifier=ClassMeans.read(engine.ws, engine.info.model_id, said),
            blend=LearnedBlend.find(engine.ws),
        )  # fmt: skip

    def close(self) -> None:
        """Release the index of objects; the engine stays open."""
        if self._objects is not None:
            self._objects[0].close()

    def ask(self, query: LensQuery) -> LensAnswer:
        """The answer to one photo. Raises `InputError` for a picture that cannot be used."""
        gathered = self.gather(query)
        watch = gathered.watch
        with watch.step("blend"):
            blended = self.blended(gathered)
        with watch.step("hydrate"):
            results = self._results(gathered, blended[: query.k])
        weight = weights(gathered.confidences, self.settings.blend.power)
        reports = tuple(
            SourceReport(
                one.source,
                gathered.confidences[one.source],
                weight[one.source],
                len(one.candidates),
                one.note,
            )
            for one in gathered.found
        )
        said = notes(gathered.known, self.detector is not None)
        said += ["Nothing was found."] if not results else []
        return LensAnswer(
            results, gathered.known, reports, tuple(said), self.blend.name if self.blend else FIXED,
            self.engine.info.model_id, self.engine.info.version, image_id(query.image), watch.seconds,
        )  # fmt: skip

    def gather(self, query: LensQuery) -> Gathered:
        """Understand a photo and ask every source."""
        watch = Stopwatch()
        with watch.step("decode"):
            picture = decode(query.image, max_pixels=self.engine.limits.max_pixels)
            if picture.rgb is None:
                raise InputError(f"the photo cannot be used: {picture.reason}")
        with watch.step("understand"):
            known = understand(picture.rgb, query.box, self.detector)
        with watch.step("embed"):
            pixels = [picture.rgb] + ([crop(picture.rgb, _asked_with(known.main))] if known.main else [])
            vectors = self.engine.runner().embed(pixels)
        photo = Photo(picture.rgb, vectors[0], vectors[1] if known.main else None, (), query.filter)
        with watch.step("words"):
            photo = self._worded(photo)
        with watch.step("search"):
            found = tuple(
                source.find(photo, max(self.settings.depth, 2 * query.k)) for source in self.sources
            )
        return self._weighed(query, with_words(known, photo.words), found, watch)

    def blended(self, gathered: Gathered) -> list[Blended]:
        """The candidates of a photo in the order of the blend."""
        return blended(gathered, self.blend, self.settings.blend)

    def _worded(self, photo: Photo) -> Photo:
        """The photo with its words."""
        vectors = photo.whole[None] if photo.crop is None else np.stack([photo.whole, photo.crop])
        near = self.engine.index.search(vectors, self.settings.voters) if len(self.annotations) else []
        votes = [self.annotations.vote([h.id for h in hits], [h.score for h in hits]) for hits in near]
        classified = self.classifier(vectors) if self.classifier else []
        return Photo(
            photo.rgb, photo.whole, photo.crop, merged(self.annotations, votes, classified), photo.filter
        )

    def _weighed(
        self, query: LensQuery, known: Understanding, found: tuple[Found, ...], watch: Stopwatch
    ) -> Gathered:
        with watch.step("hydrate"):
            wanted = {one.item_id for source in found for one in source.candidates if one.item_id is not None}
            rows = self.engine.shelf.rows(wanted)
            there = tuple(
                Found(
                    one.source,
                    tuple(c for c in one.candidates if c.item_id is None or c.item_id in rows),
                    one.note,
                )
                for one in found
            )
        with watch.step("blend"):
            categories = {item: row.category for item, row in rows.items()}
            believed = confidences(there, categories, known)
        return Gathered(query, known, there, believed, rows, watch)

    def _results(self, gathered: Gathered, blended: Sequence[Blended]) -> tuple[LensResult, ...]:
        rows = gathered.rows
        shown = [_picture(one, rows) for one in blended]
        sizes = self.engine.shelf.sizes({image for image in shown if image is not None})
        made: list[LensResult] = []
        for rank, (one, image) in enumerate(zip(blended, shown, strict=True), start=1):
            item, size = rows.get(one.candidate.item_id or ""), sizes.get(image or "", (None, None))
            result = Result(
                rank, one.score, image, *((item.item_id, item.title, item.category, item.price, item.url,
                item.attributes) if item else (None, None, None, None, None, {})), *size,
            )  # fmt: skip
            made.append(LensResult(result, one.shares, _why(one)))
        return tuple(made)


def _asked_with(main: Seen) -> Box:
    """What is cut out: the part that a person marked as it is, anything else with a margin."""
    return main.box if main.origin == "person" else with_margin(main.box)


def blended(gathered: Gathered, learned: LearnedBlend | None, settings: BlendSettings) -> list[Blended]:
    """The learned blend of a photo's candidates, or the fixed one; results of one kind rise in either."""
    found, believed = gathered.found, gathered.confidences
    if learned is None:
        order = fuse(found, believed, settings)
    else:
        order = learned.fuse(found, believed, gathered.known.quality.confidence)
    return agreed(order, gathered.categories, settings.kinds)


def _objects(engine: Engine) -> tuple[Index, IndexInfo] | None:
    """The index of objects, where there is one of the engine's model."""
    try:
        index, info = open_index(engine.ws, "objects")
    except NotFoundError:
        return None
    if info.model_id == engine.info.model_id:
        return index, info
    index.close()
    return None


def _picture(one: Blended, rows: Mapping[str, ItemRow]) -> str | None:
    if one.candidate.image_id is not None:
        return one.candidate.image_id
    row = rows.get(one.candidate.item_id or "")
    return None if row is None else row.image_id


def _why(one: Blended) -> str:
    """One sentence: which sources, the largest share first."""
    parts = [f"{_NAMES.get(s.source, s.source)} ({s.share:.0%}, rank {s.rank})" for s in one.shares]
    return "Found by " + ", ".join(parts) + "."
