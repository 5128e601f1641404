"""Each product of discovery, from its question to the answer that goes over the wire.

Everything here works on a thread: it decodes, embeds, detects and reads tables. What a product lacks is told
in its answer's notes, or by an error that names the command to run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from saccade.detection.detector import Detector
from saccade.discovery.complete import Complete, CompleteQuery
from saccade.discovery.complete.model import FOLDER, Compatibility
from saccade.discovery.engine import Engine
from saccade.discovery.flashlight import Flashlight, FlashlightQuery
from saccade.discovery.lens import Lens, LensQuery
from saccade.discovery.lens.classifier import ClassMeans
from saccade.discovery.lens.learned import LearnedBlend
from saccade.discovery.lens.words import Annotations
from saccade.discovery.looks import Looks
from saccade.discovery.looks_picture import Asked
from saccade.discovery.objects import ObjectAnswer, ObjectQuery, ObjectSearch
from saccade.discovery.pictures import read_pictures
from saccade.discovery.shop import ShopQuery, ShopTheLook
from saccade.discovery.similar import Similar, SimilarQuery
from saccade.errors import NotFoundError
from saccade.service import wire_discovery as wire
from saccade.workspace import Workspace

NO_OBJECTS = (
    "no index of objects here: run `saccade detect`, `saccade fingerprint --store objects` and "
    "`saccade index --index objects --store objects`"
)
NO_COMPLETE = "nobody has learned what goes together here: run `saccade fit-complete`"
LABEL = "main"  # of what was learned of things that go together


class Words(NamedTuple):
    """What lens predicts words with, and how it blends."""

    annotations: Annotations
    classifier: ClassMeans | None
    blend: LearnedBlend | None

    @staticmethod
    def read(ws: Workspace, model_id: str) -> Words:
        """Of a workspace, for vectors of one model."""
        said = Annotations.read(ws)
        return Words(said, ClassMeans.read(ws, model_id, said), LearnedBlend.find(ws))


@dataclass(frozen=True, eq=False)
class Tools:
    """What one request works with: engines that are leased for it, and what is known of pictures."""

    engine: Engine
    objects: Engine | None
    looks: Looks
    detector: Detector | None


def similar(tools: Tools, asked: Asked, query: SimilarQuery) -> wire.SimilarAnswer:
    """What looks like a picture."""
    found = Similar(tools.engine, tools.looks).search(replace(query, asked=asked))
    return wire.SimilarAnswer.model_validate(found)


def flashlight(tools: Tools, asked: Asked, query: FlashlightQuery) -> wire.FlashlightAnswer:
    """What looks like a part of a picture."""
    found = _flashlight(tools).search(replace(query, asked=asked))
    return wire.FlashlightAnswer.model_validate(found)


def dots(tools: Tools, asked: Asked) -> wire.DotsAnswer:
    """The things in a picture that can be tapped."""
    found = _flashlight(tools).dots(asked)
    return wire.DotsAnswer.model_validate(found)


def objects(tools: Tools, asked: Asked | None, query: ObjectQuery) -> wire.ObjectsAnswer:
    """Scenes that contain a thing."""
    if tools.objects is None:
        raise NotFoundError(NO_OBJECTS)
    search = ObjectSearch(tools.objects, tools.looks, tools.engine)
    found = search.search(replace(query, asked=asked))
    return wire.ObjectsAnswer.model_validate(found, context={"sizes": _sizes(tools.objects, found)})


def shop(tools: Tools, asked: Asked, query: ShopQuery) -> wire.ShopAnswer:
    """The things of a scene and their products."""
    made = ShopTheLook(tools.engine, tools.looks, tools.detector, tools.objects)
    return wire.ShopAnswer.model_validate(made.search(replace(query, asked=asked)))


def lens(
    tools: Tools, asked: Asked, words: Callable[[Engine], Words], query: Callable[[bytes], LensQuery]
) -> wire.LensAnswer:
    """A camera photo, or a picture of the catalogue taken for one; `query` makes the question of its file."""
    said = words(tools.engine)
    same = tools.objects is not None and tools.objects.info.model_id == tools.engine.info.model_id
    beside = (tools.objects.index, tools.objects.info) if same and tools.objects else None
    made = Lens(
        tools.engine, detector=tools.detector, objects=beside, annotations=said.annotations,
        classifier=said.classifier, blend=said.blend,
    )  # fmt: skip
    found = made.ask(query(content(tools.engine, asked)))
    return wire.LensAnswer.model_validate(found)


def complete(
    tools: Tools, asked: Asked | None, known: Callable[[], Compatibility | None],
    query: Callable[[bytes | None], CompleteQuery],
) -> wire.CompleteAnswer:  # fmt: skip
    """What goes with a thing; `query` makes the question, of a file where a picture was asked about."""
    learned, model_id = known(), tools.engine.info.model_id
    if learned is None:
        raise NotFoundError(NO_COMPLETE)
    if learned.model_id != model_id:
        raise NotFoundError(
            f"what goes together was learned with {learned.model_id}, but the index is of {model_id}: run "
            f"`saccade fit-complete --model {model_id}`"
        )
    data = None if asked is None or asked.item_id is not None else content(tools.engine, asked)
    return wire.CompleteAnswer.model_validate(Complete(tools.engine, learned, LABEL).ask(query(data)))


def compatibility_key(ws: Workspace) -> bytes:
    """Another one whenever something else was learned; empty before."""
    try:
        return ws.read_bytes(f"{FOLDER}/{LABEL}/info.json")
    except NotFoundError:
        return b""


def read_compatibility(ws: Workspace) -> Compatibility | None:
    """What was learned of things that go together, None before."""
    try:
        return Compatibility.load(ws, LABEL)
    except NotFoundError:
        return None


def content(engine: Engine, asked: Asked) -> bytes:
    """The file of the picture that was asked about; `NotFoundError` where it is not there."""
    if asked.image is not None:
        return asked.image
    name = asked.image_id or engine.shelf.picture(asked.item_id or "")
    found = read_pictures(engine.ws, [name])[name]
    if found.data is None:
        raise NotFoundError(f"the picture {name} cannot be read: {found.reason}")
    return found.data


def _flashlight(tools: Tools) -> Flashlight:
    return Flashlight(tools.engine, tools.looks, tools.detector, tools.objects)


def _sizes(engine: Engine, found: ObjectAnswer) -> dict[str, tuple[int, int]]:
    """Of the pictures that stand for the items of scenes."""
    names = {item.image_id for scene in found.scenes for item in scene.items}
    return dict(engine.shelf.sizes(name for name in names if name is not None))
