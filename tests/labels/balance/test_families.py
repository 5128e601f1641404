"""Families: joined by items and near-duplicates, named by their smallest id, cut where too large."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from saccade.labels.balance.families import Families, families, join
from saccade.workspace import Workspace

Pairs = Iterable[tuple[str, str]]


def batches(pairs: Pairs, second: str, rows: int = 3) -> list[pa.RecordBatch]:
    listed = list(pairs)
    columns = [pa.array([pair[at] for pair in listed], pa.string()) for at in (0, 1)]
    table = pa.table({"image_id": columns[0], second: columns[1]})
    return table.to_batches(max_chunksize=rows)


def made(shown: Pairs, alike: Pairs, **limits: int) -> Families:
    items, groups = batches(shown, "item_id"), batches(alike, "group_id")
    return join(lambda: items, lambda: groups, **limits)


def of(found: Families, *ids: str) -> list[str]:
    return found.of(pa.array(ids, pa.string())).to_pylist()


def slow(shown: Pairs, alike: Pairs) -> dict[str, str]:
    """Families by repeated merging of sets."""
    sets = [{a, b} for a, b in alike]
    by_item: dict[str, set[str]] = {}
    for image, item in shown:
        by_item.setdefault(item, set()).add(image)
    sets += by_item.values()
    merged: list[set[str]] = []
    for one in sets:
        touching = [other for other in merged if other & one]
        merged = [other for other in merged if not other & one] + [one.union(*touching)]
    return {image: min(one) for one in merged for image in one}


def test_items_and_duplicates_join_pictures() -> None:
    shown = [("b", "shoe"), ("c", "shoe"), ("e", "bag"), ("x", "hat")]
    alike = [("c", "d"), ("d", "d")]
    found = made(shown, alike)
    assert of(found, "b", "c", "d", "e", "x", "unknown") == ["b", "b", "b", "e", "x", "unknown"]
    assert found.largest == 3 and found.sizes.tolist() == [3]


def test_equals_merging_of_sets_on_random_catalogues_in_any_order() -> None:
    for seed in range(20):
        dice = random.Random(seed)
        ids = [f"{dice.getrandbits(128):032x}" for _ in range(60)]
        shown = [(dice.choice(ids), f"item-{dice.randrange(40)}") for _ in range(50)]
        alike = [(image, dice.choice(ids[:5])) for image in dice.sample(ids, 8)]
        expected = slow(shown, alike)
        found = made(shown, alike)
        assert of(found, *ids) == [expected.get(image, image) for image in ids]
        dice.shuffle(shown)
        dice.shuffle(alike)
        again = made(shown, alike)
        assert again.names.equals(found.names) and (again.codes == found.codes).all()
        assert found.largest == max(map(list(expected.values()).count, ids), default=1)


def test_a_placeholder_joins_no_items() -> None:
    shown = [(f"photo-{item}", f"item-{item}") for item in range(6)]
    shown += [("placeholder", f"item-{item}") for item in range(6)]
    alike = [("placeholder", "blank"), ("blank", "blank")]
    joined = made(shown, alike, shared=6)
    assert joined.largest == 8 and joined.loose == 0
    cut = made(shown, alike, shared=5)
    assert cut.loose == 1 and "more than" in cut.notes()[0]
    assert of(cut, "photo-0", "photo-1", "placeholder", "blank") == ["photo-0", "photo-1", "blank", "blank"]


def test_copies_of_a_placeholder_count_their_items_together() -> None:
    shown = [(f"photo-{item}", f"item-{item}") for item in range(6)]
    shown += [(f"blank-{item % 3}", f"item-{item}") for item in range(6)]
    alike = [(f"blank-{at}", "blank-0") for at in range(3)]
    assert made(shown, alike, shared=5).loose == 1


def test_a_chain_of_items_is_taken_apart_but_near_duplicates_stay() -> None:
    shown = [(f"link-{at}", f"item-{item}") for at in range(9) for item in (at, at + 1)]
    shown += [(f"own-{item}-{view}", f"item-{item}") for item in range(10) for view in range(2)]
    shown += [("far-1", "far"), ("far-2", "far"), ("far-2", "far-too"), ("far-3", "far-too")]
    alike = [("link-3", "link-3"), ("copy", "link-3")]
    whole = made(shown, alike)
    assert whole.largest == 9 + 20 + 1 and whole.parted == 0
    cut = made(shown, alike, largest=12)
    assert cut.parted == 1 and cut.largest == 3 and "taken apart" in cut.notes()[0]
    assert of(cut, "own-4-0", "own-4-1", "link-3", "copy") == ["own-4-0", "own-4-0", "copy", "copy"]
    assert of(cut, "far-1", "far-3") == ["far-1", "far-1"]


def test_nothing_at_all(tmp_path: Path) -> None:
    found = families(Workspace(tmp_path / "ws", create=True))
    assert of(found, "a", "b") == ["a", "b"] and of(found) == []
    assert found.largest == 1 and found.notes() == ()


def test_reads_a_workspace(tmp_path: Path) -> None:
    ws = Workspace(tmp_path / "ws", create=True)
    pairs = {"item_id": ["i1", "i1", "i2"], "image_id": ["a", "b", "c"], "role": ["seller"] * 3}
    ws.table("item_images").append(pa.table(pairs))
    ws.table("duplicates").append(pa.table({"image_id": ["c", "d"], "group_id": ["c", "c"]}))
    assert of(families(ws), "a", "b", "c", "d", "e") == ["a", "a", "c", "c", "e"]
