"""A bare ONNX file of a known family, with the names of its categories, as a detector folder."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from saccade.detection.folder import SIZES, Decoder, OnnxConfig, write_onnx
from saccade.detection.runners.onnx import check_graph, open_graph
from saccade.errors import InputError, NotFoundError

_NMS: dict[str, float] = {"yolox": 0.65, "fastestdet": 0.45}  # what each family's authors use


def import_onnx(
    file: str | os.PathLike[str], decoder: Decoder, categories: Sequence[str], folder: str | os.PathLike[str],
    *, name: str = "", licence: str = "unknown", source: str = "unknown",
) -> Path:  # fmt: skip
    """Write the detector folder of an ONNX file; returns the folder.

    Args:
        file: the graph, with one picture of fixed size as input.
        decoder: how its output is read, see `decoders`.
        categories: a name for each of its categories, in its order.
        folder: where to write.
        name: readable, for the id; by default the name of the file.
        licence, source: of the weights.

    Raises `NotFoundError` without the file, `InputError` where the graph, its size or the number of names is
    wrong; nothing is written then.
    """
    place = Path(file)
    if not place.is_file():
        raise NotFoundError(f"there is no file {place}")
    if decoder not in SIZES:
        raise InputError(f"decoder is one of {', '.join(SIZES)}, found {decoder!r}")
    graph = open_graph(place)
    size = graph.inputs[-1] if len(graph.inputs) == 4 else SIZES[decoder]
    config = OnnxConfig(
        name or place.stem,
        decoder,
        size,
        tuple(categories),
        nms=_NMS[decoder],
        licence=licence,
        source=source,
    )
    check_graph(graph, config, place)
    return write_onnx(place.read_bytes(), config, Path(folder))


def read_categories(file: str | os.PathLike[str]) -> tuple[str, ...]:
    """Names of categories from a file: one a line, or JSON Lines with `name` (in the order of `category_id`
    where that is given). Raises `NotFoundError`, and `InputError` for a file without names."""
    place = Path(file)
    try:
        lines = [line.strip() for line in place.read_text().splitlines() if line.strip()]
    except (FileNotFoundError, IsADirectoryError):
        raise NotFoundError(f"there is no file {place}") from None
    except UnicodeDecodeError:
        raise InputError(f"{place}: expected one category a line, found a file that is not text") from None
    if not lines:
        raise InputError(f"{place}: expected one category a line, found none")
    return _of_json(place, lines) if lines[0].startswith("{") else tuple(lines)


def _of_json(place: Path, lines: list[str]) -> tuple[str, ...]:
    try:
        rows = [json.loads(line) for line in lines]
        rows.sort(key=lambda row: row.get("category_id", row.get("id", 0)))
        return tuple(str(row["name"]) for row in rows)
    except (ValueError, KeyError, AttributeError, TypeError):
        raise InputError(f'{place}: expected a line such as {{"category_id": 0, "name": "person"}}') from None
