"""Flashlight: search with a part of a picture, by a crop or by a tap on a thing in it.

    Flashlight(engine, detector=detector).search(FlashlightQuery(Asked(image=data), tap=(0.3, 0.6)))

Decided:
- The objects of a catalogue picture are those of the table `objects`; only where it has none, and for files
  and addresses, is a detector asked, if there is one.
- Which object a tap means is said in `flashlight_dots`; where there is none, a crop around the tap is taken.
- What is under a tap is looked for among the catalogue's categories of its name, where there are such and
  the detector is sure (`shop_names`); `categories=False` looks everywhere.
- The stored vector of an object is used where the index of objects has it and is of the same model; else its
  crop is embedded, with a margin (`vision.boxes`). A crop by hand is always embedded, as it was drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.answer import Part, Stopwatch
from saccade.discovery.arrange import Arrange
from saccade.discovery.engine import Engine
from saccade.discovery.flashlight_dots import (
    DOTS,
    DotRule,
    around,
    checked_tap,
    gated,
    parts_of,
    tapped,
    worthy,
)
from saccade.discovery.looks import Looks, TableLooks
from saccade.discovery.looks_picture import Asked, Picture
from saccade.discovery.shop_names import categories_of, within
from saccade.discovery.similar import SimilarAnswer, SimilarQuery, alike
from saccade.errors import InputError, NotFoundError
from saccade.index.filters import Filter
from saccade.vision.boxes import Box, clip, with_margin

if TYPE_CHECKING:
    from saccade.detection.detector import Detector

_MANY = 3  # times as many objects as dots: then it is told
How = Literal["crop", "object", "around", "whole"]
_SOURCES: dict[How, str] = {"crop": "crop", "object": "object", "around": "crop", "whole": "picture"}


@dataclass(frozen=True)
class FlashlightQuery:
    """A picture and the part of it that is meant: `box`, what is under `tap` (x, y in 0..1), or all of it.

    `k` items that `filter` keeps. `dots`: whether the picture's dots are told too. `categories`: whether a
    tapped thing's category narrows the results. Raises `InputError`.
    """

    asked: Asked
    box: Box | None = None
    tap: tuple[float, float] | None = None
    k: int = 20
    filter: Filter | None = None
    arrange: Arrange = field(default_factory=Arrange)
    dots: bool = True
    categories: bool = True

    def __post_init__(self) -> None:
        if self.box is not None and self.tap is not None:
            raise InputError("expected a box or a tap, found both")
        if self.tap is not None:
            checked_tap(self.tap)


@dataclass(frozen=True)
class Dots:
    """The objects of a picture that get a dot, best first; `found` counts those that might have had one.

    `source` is `stored`, `detector`, or `none` where nobody looked. `notes` are sentences for a person.
    """

    parts: tuple[Part, ...]
    found: int
    source: Literal["stored", "detector", "none"]
    image_id: str
    notes: tuple[str, ...]
    seconds: dict[str, float]


@dataclass(frozen=True)
class FlashlightAnswer(SimilarAnswer):
    """Results, with what was searched with: `how` it was chosen, its `box`, the `object` that it is."""

    how: How
    box: Box | None
    object: Part | None
    dots: tuple[Part, ...]


class Objects:
    """The objects of one picture, looked up when somebody asks."""

    def __init__(
        self, picture: Picture, looks: Looks, detector: Detector | None, rule: DotRule = DOTS
    ) -> None:
        self.picture, self.rule = picture, rule
        with picture.watch.step("objects"):
            (self.parts,) = looks.parts([picture.image_id])
        self.source: Literal["stored", "detector", "none"] = "stored" if self.parts else "none"
        if not self.parts and detector is not None:
            rgb, self.source = picture.rgb(), "detector"
            with picture.watch.step("detect"):
                self.parts = parts_of(detector.detect([rgb])[0], detector.categories)

    @property
    def found(self) -> int:
        """How many there are, without those that are too unsure, too small or the whole picture."""
        return len(worthy(self.parts, self.rule))

    def dots(self) -> list[Part]:
        """Those that get a dot."""
        return gated(self.parts, self.rule)

    def notes(self) -> list[str]:
        """What to tell of them."""
        if self.source == "none":
            return ["nobody has looked for objects in this picture: draw a box around what you mean"]
        if not self.found:
            return ["no object was found in this picture: draw a box around what you mean"]
        if self.found > _MANY * self.rule.limit:
            return [f"{self.found:,} objects were found; the best {len(self.dots())} have a dot"]
        return []


class Flashlight:
    """Answers over an engine.

    detector: for pictures whose objects nobody stored. objects: an engine over the index of objects, whose
    vectors are then used.
    """

    def __init__(
        self, engine: Engine, looks: Looks | None = None, detector: Detector | None = None,
        objects: Engine | None = None, rule: DotRule = DOTS,
    ) -> None:  # fmt: skip
        self.engine, self.looks = engine, looks or TableLooks(engine.ws)
        self.detector, self.objects, self.rule = detector, objects, rule

    def dots(self, asked: Asked) -> Dots:
        """The dots of a picture. Raises `InputError` for one that cannot be used."""
        picture = Picture(self.engine, asked, Stopwatch())
        if not picture.known:
            picture.rgb()  # says what is wrong with a file
        found = Objects(picture, self.looks, self.detector, self.rule)
        return Dots(
            tuple(found.dots()), found.found, found.source, picture.image_id, tuple(found.notes()),
            picture.watch.seconds,
        )  # fmt: skip

    def search(self, query: FlashlightQuery) -> FlashlightAnswer:
        """What looks like the part that is meant. Raises as `Similar.search` does."""
        watch = Stopwatch()
        picture = Picture(self.engine, query.asked, watch)
        found = None
        if query.tap is not None or query.dots:
            found = Objects(picture, self.looks, self.detector, self.rule)
        how, box, part = self._meant(picture, query, found)
        vector = self._vector(picture, box, part)
        wanted = SimilarQuery(query.asked, box, query.k, query.filter, False, query.arrange)
        named = categories_of(part, self.looks) if part is not None and query.categories else ()
        filter = within(named, query.filter, self.engine.index.fields)
        made = alike(self.engine, self.looks, picture, vector, replace(wanted, filter=filter), _SOURCES[how])
        notes = (*self._said(how, found, named), *made.notes)
        info = self.engine.info
        return FlashlightAnswer(
            **vars(replace(made, notes=notes)), model_id=info.model_id, index_version=info.version,
            image_id=picture.image_id, seconds=watch.seconds, how=how, box=box, object=part,
            dots=tuple(found.dots()) if found and query.dots else (),
        )  # fmt: skip

    def _meant(
        self, picture: Picture, query: FlashlightQuery, found: Objects | None
    ) -> tuple[How, Box | None, Part | None]:
        if query.tap is None or found is None:
            return ("whole" if query.box is None else "crop"), query.box, None
        part = tapped(found.parts, *query.tap, self.rule)
        if part is not None:
            return "object", part.box, part
        height, width = picture.rgb().shape[:2]
        return "around", around(*query.tap, width, height), None

    def _vector(self, picture: Picture, box: Box | None, part: Part | None) -> NDArray[np.float32]:
        """The stored vector of an object; else that of its crop."""
        if part is not None:
            (stored,) = stored_vectors(self.engine, self.objects, [part])
            return picture.vector(with_margin(part.box)) if stored is None else stored
        return picture.vector(box)

    def _said(self, how: How, found: Objects | None, named: tuple[str, ...]) -> list[str]:
        if named:
            return [f"looked for among: {', '.join(named)}"]
        if how == "around":
            return ["no object was found there: searched with the part around it"]
        return found.notes() if found is not None and how == "whole" else []


def stored_vectors(
    engine: Engine, objects: Engine | None, parts: Sequence[Part]
) -> list[NDArray[np.float32] | None]:
    """The vector of each part in an index of objects of the engine's model; None where there is none."""
    none: list[NDArray[np.float32] | None] = [None] * len(parts)
    names = [part.object_id for part in parts if part.object_id is not None]
    if objects is None or objects.info.model_id != engine.info.model_id or not names:
        return none
    try:
        found = dict(zip(names, objects.index.vector(names), strict=True))
    except NotFoundError:  # one is missing: ask for each
        if len(parts) == 1:
            return none
        return [stored_vectors(engine, objects, [part])[0] for part in parts]
    return [found.get(part.object_id or "") for part in parts]


def box_of(x: float, y: float, width: float, height: float) -> Box:
    """A box as a person drew it: what sticks out is cut off. `InputError` where nothing is left of it."""
    if not (width > 0 and height > 0):
        raise InputError(
            f"expected a box with a width and a height, found {width:g} × {height:g}: draw it larger"
        )
    if x >= 1 or y >= 1 or x + width <= 0 or y + height <= 0:
        raise InputError(
            f"expected a box in 0..1 of the picture, found one outside at x {x:g}, y {y:g}: draw it inside"
        )
    return clip(x, y, width, height)
