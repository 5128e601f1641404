"""Pictures whose boxes people drew: of a workspace, or of a COCO file, in one shape for the evaluation.

Decided: in a workspace, people's boxes are the objects that no row of `detections` lists; only pictures that
have such boxes are asked, since elsewhere nobody looked. In a COCO file every picture is asked; its crowds
and areas count. The boxes of a picture that cannot be read are missed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from saccade.catalog.catalogue import Catalogue
from saccade.catalog.selection import Selection
from saccade.detection.pending import found_by_detectors
from saccade.discovery.pictures import read_pictures
from saccade.errors import InputError, NotFoundError
from saccade.metrics.detection import Truth
from saccade.vision.decode import decode
from saccade.workspace import Workspace

_UNNAMED = "object"
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class LabelledSet:
    """P pictures with boxes.

    names: file names or image ids. ids: int64 [P], what results say as image_id. sizes: float64 [P, 2], width
    and height in pixels that boxes count in. categories, category_ids: of the truth, in one order.
    truth: `picture` is a place in `names`, `category` a place in `categories`. data: bytes of picture `at`.
    """

    names: tuple[str, ...]
    ids: NDArray[np.int64]
    sizes: NDArray[np.float64]
    categories: tuple[str, ...]
    category_ids: tuple[int, ...]
    truth: Truth
    data: Callable[[int], bytes | None]

    def __len__(self) -> int:
        return len(self.names)

    def read(self, at: int) -> Pixels | None:
        """uint8 [H, W, 3], upright; None where it cannot be read."""
        data = self.data(at)
        return None if data is None else decode(data).rgb

    def as_coco(self) -> dict[str, object]:
        """The truth as a COCO file, so that results can be scored again elsewhere."""
        return {
            "images": [
                {"id": int(number), "file_name": name, "width": int(size[0]), "height": int(size[1])}
                for number, name, size in zip(self.ids, self.names, self.sizes, strict=True)
            ],
            "categories": [
                {"id": number, "name": name}
                for number, name in zip(self.category_ids, self.categories, strict=True)
            ],
            "annotations": [
                {"id": at + 1, "image_id": int(self.ids[picture]), "category_id": self.category_ids[category],
                 "bbox": box, "area": area, "iscrowd": int(crowd)}
                for at, (picture, category, box, area, crowd) in enumerate(
                    zip(self.truth.picture.tolist(), self.truth.category.tolist(), self.truth.boxes.tolist(),
                        self.truth.area.tolist(), self.truth.crowd.tolist(), strict=True))
            ],
        }  # fmt: skip


def of_workspace(ws: Workspace, pictures: str = "") -> LabelledSet:
    """The pictures of a selection whose boxes people drew; `NotFoundError` where there are none."""
    catalogue = Catalogue(ws)
    chosen = set(Selection.parse(pictures).images(catalogue).to_pylist())
    listed = set(found_by_detectors(ws).to_pylist())
    rows = [
        row for row in ws.table("objects").read().to_pylist()
        if row["image_id"] in chosen and row["object_id"] not in listed
    ]  # fmt: skip
    if not rows:
        raise NotFoundError(f"{ws.uri} has no boxes that people drew here: import some, or name a COCO file")
    names = sorted({row["image_id"] for row in rows})
    found = ws.table("images").take(names, ["image_id", "width", "height"]).to_pylist()
    size = {row["image_id"]: (row["width"], row["height"]) for row in found}
    categories = sorted({row["category"] or _UNNAMED for row in rows})
    place, kind = _places(names), _places(categories)
    sizes = np.array([size[name] for name in names], np.float64)
    at = np.array([place[row["image_id"]] for row in rows])
    boxes = np.array([[row[side] for side in ("x", "y", "width", "height")] for row in rows])
    truth = Truth.of(
        np.arange(len(names)), at, [kind[row["category"] or _UNNAMED] for row in rows],
        boxes * np.tile(sizes[at], 2),
    )  # fmt: skip

    def data(at: int) -> bytes | None:
        return read_pictures(ws, [names[at]])[names[at]].data

    numbers = tuple(range(1, len(categories) + 1))
    return LabelledSet(
        tuple(names), np.arange(1, len(names) + 1), sizes, tuple(categories), numbers, truth, data
    )


def of_coco(file: str | Path, root: str | Path | None = None) -> LabelledSet:
    """A COCO file; pictures lie in `root`, or in `images` beside the file, or beside the file.

    Raises `NotFoundError` without the file, `InputError` for a file of something else or without boxes.
    """
    place = Path(file)
    found = _load(place)
    images, notes = _rows(place, found, "images"), _rows(place, found, "annotations")
    named = {int(row["id"]): str(row["name"]) for row in _rows(place, found, "categories")}
    beside = place.parent / "images"
    folder = Path(root) if root else beside if beside.is_dir() else place.parent
    try:
        ids, ats = np.array([int(row["id"]) for row in images], np.int64), _places([r["id"] for r in images])
        sizes = np.array([(float(row["width"]), float(row["height"])) for row in images], np.float64)
        truth = _truth(notes, ats, _places(list(named)))
        names = tuple(str(row["file_name"]) for row in images)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{place}: expected COCO JSON of boxes, found a row without {error}") from None
    if not len(truth.picture):
        raise InputError(f"{place}: expected labelled boxes, found none")

    def data(at: int) -> bytes | None:
        try:
            return (folder / names[at]).read_bytes()
        except OSError:
            return None

    return LabelledSet(names, ids, sizes, tuple(named.values()), tuple(named), truth, data)


def _truth(notes: Sequence[Mapping[str, Any]], ats: dict[Any, int], kinds: dict[Any, int]) -> Truth:
    boxed = [note for note in notes if note.get("bbox")]
    boxes = np.array([note["bbox"] for note in boxed], np.float64).reshape(-1, 4)
    plain = boxes[:, 2] * boxes[:, 3]
    areas = [float(note.get("area") or area) for note, area in zip(boxed, plain.tolist(), strict=True)]
    return Truth.of(
        list(ats.values()), [ats[note["image_id"]] for note in boxed],
        [kinds[note["category_id"]] for note in boxed], boxes,
        [bool(note.get("iscrowd")) for note in boxed], areas,
    )  # fmt: skip


def _places(names: Sequence[Any]) -> dict[Any, int]:
    return {name: at for at, name in enumerate(names)}


def _load(place: Path) -> dict[str, object]:
    try:
        found = json.loads(place.read_text())
    except (FileNotFoundError, IsADirectoryError):
        raise NotFoundError(f"there is no file {place}") from None
    except ValueError as error:
        raise InputError(f"{place}: expected COCO JSON, found a file that is not JSON ({error})") from None
    if not isinstance(found, dict):
        raise InputError(f"{place}: expected COCO JSON, a JSON object; found a {type(found).__name__}")
    return cast("dict[str, object]", found)


def _rows(place: Path, found: Mapping[str, object], name: str) -> list[dict[str, Any]]:
    rows = found.get(name)
    if not isinstance(rows, list):
        raise InputError(f"{place}: expected COCO JSON with a list `{name}`, found {', '.join(found)[:200]}")
    return cast("list[dict[str, Any]]", rows)
