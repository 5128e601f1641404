"""The lists of a marketplace as lines: what is in each file, and which files there are.

Decided: a file without a row is not written, so whoever reads the folder meets no empty list. Lists about
photos and scenes are in the order of their hashed names. Of the scenes, a labelling job has boxed a share;
it names categories, never items, and leaves out what can hardly be seen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from saccade.bazaar import truth
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.noise import chance
from saccade.bazaar.random import stream
from saccade.vision.boxes import Box, to_coco

if TYPE_CHECKING:
    from saccade.bazaar.bazaar import Bazaar

LABELLED = 0.5
"""Share of the scenes that a labelling job has boxed."""
PERSON = "person"
"""The category of a person in the boxes."""

Lines = Iterator[str]


def tables(market: Bazaar) -> dict[str, Callable[[Bazaar], Lines]]:
    """Path under the folder → its lines, for every list that needs no drawing."""
    found: dict[str, Callable[[Bazaar], Lines]] = {"catalogue/items.jsonl": _items}
    if market.products:
        found |= {
            "catalogue/texts.jsonl": _texts,
            "truth/products.jsonl": lambda m: _rows(truth.products(m)),
            "truth/concepts.jsonl": lambda m: _rows(truth.phrases(m)),
            "truth/texts.jsonl": lambda m: _rows(truth.texts(m)),
        }
    if market.products and market.photos:
        found["truth/qrels.txt"] = _qrels
    if market.people or market.sessions:
        found["truth/tastes.jsonl"] = lambda m: _rows(truth.tastes(m))
    if market.people:
        found |= {
            "catalogue/boards.jsonl": _boards,
            "catalogue/board_items.jsonl": _board_items,
            "truth/boards.jsonl": lambda m: _rows(truth.boards(m)),
        }
    if market.sessions:
        found["catalogue/events.jsonl"] = lambda m: _rows(event.row() for event in m.events())
    if market.scenes:
        found["scenes/scenes.jsonl"] = _scenes
    return found


def boxed(market: Bazaar, scenes: Iterable[truth.Row]) -> str:
    """COCO JSON with boxes in pixels of a share of the scenes, from the rows of `truth/scenes.jsonl`."""
    chosen = [row for row in scenes if _labelled(market, int(cast("int", row["number"])))]
    chosen.sort(key=lambda row: str(row["scene"]))
    names = [*CATEGORIES, PERSON]
    images: list[truth.Row] = []
    notes: list[truth.Row] = []
    for number, row in enumerate(chosen, start=1):
        size = {name: row[name] for name in ("width", "height")}
        images.append({"id": number, "file_name": f"{row['scene']}.jpg", **size})
        for box, category in _boxes(row):
            note = {"id": len(notes) + 1, "image_id": number, "category_id": names.index(category) + 1}
            notes.append({**note, "bbox": box, "area": round(box[2] * box[3], 2), "iscrowd": 0})
    categories = [{"id": place, "name": name} for place, name in enumerate(names, start=1)]
    return json.dumps({"images": images, "annotations": notes, "categories": categories}) + "\n"


def scene_qrels(scenes: Iterable[truth.Row]) -> Lines:
    """TREC qrels of the products that can be seen in each scene, from the rows of `truth/scenes.jsonl`."""
    for row in scenes:
        things = cast("list[truth.Row]", row["things"])
        shown = {str(t["item_id"]): None for t in things if t["item_id"] and _seen(t)}
        yield from (f"{row['scene']} 0 {item} 1\n" for item in shown)


def line(row: truth.Row) -> str:
    """A row as one line of JSON."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def _rows(rows: Iterable[truth.Row]) -> Lines:
    return (line(row) for row in rows)


def _items(market: Bazaar) -> Lines:
    return (row.json() + "\n" for row in market.records())


def _texts(market: Bazaar) -> Lines:
    for said in market.texts():
        row = asdict(said)
        del row["wrong"]
        yield line(row)


def _boards(market: Bazaar) -> Lines:
    return _rows(
        {"board_id": board.board_id, "name": board.name, "owner": board.owner} for board in market.boards()
    )


def _board_items(market: Bazaar) -> Lines:
    return _rows(
        {"board_id": saved.board_id, "item_id": f"item-{saved.item:06d}", "time": saved.time.isoformat()}
        for saved in market.board_items()
    )


def _qrels(market: Bazaar) -> Lines:
    return (f"{query} 0 {item} 1\n" for query, item in market.qrels())


def _scenes(market: Bazaar) -> Lines:
    for name, number in sorted((market.scene_id(number), number) for number in range(market.scenes)):
        words = market.scene_words(number)
        row: truth.Row = {"image": f"{name}.jpg", "role": "scene", "caption": words.caption}
        row |= {"alt": words.alt} if words.alt else {}
        yield line({**row, "board_name": list(words.boards)})


def _labelled(market: Bazaar, number: int) -> bool:
    return chance(stream(market.seed, "labelled", number), LABELLED)


def _seen(thing: truth.Row) -> bool:
    return float(cast("float", thing["visible"])) >= truth.SEEN


def _boxes(row: truth.Row) -> list[tuple[tuple[float, ...], str]]:
    """(box in pixels, category) of what can be seen, from left to right."""
    width, height = (int(cast("int", row[name])) for name in ("width", "height"))
    found = [
        (to_coco(Box(*cast("list[float]", thing["box"])), width, height), str(thing["category"]))
        for thing in cast("list[truth.Row]", row["things"])
        if _seen(thing)
    ]
    return sorted((tuple(round(value, 2) for value in box), category) for box, category in found)
