"""Near-duplicates: every pair found, groups that do not chain, work that stays bounded."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from saccade.catalog.duplicates import Pairs, duplicate_table, find_duplicates, groups
from saccade.catalog.duplicates_distance import FAR, THRESHOLD, distance, from_column
from saccade.catalog.duplicates_index import DuplicateIndex
from saccade.errors import InputError
from saccade.vision.decode import decode
from saccade.vision.hashing import HASH_BYTES, SIGN_BYTES, WINDOW_BYTES, WINDOWS, perceptual_hash


def hashes(n: int, seed: int = 0) -> np.ndarray:
    """Random signs, one colour."""
    made = np.random.default_rng(seed).integers(0, 256, (n, len(WINDOWS), WINDOW_BYTES), dtype=np.uint8)
    made[:, :, SIGN_BYTES:] = 128
    return made.reshape(n, HASH_BYTES)


def flipped(hash_: np.ndarray, signs: int, seed: int = 0) -> np.ndarray:
    """The hash with this many signs of every window changed."""
    changed = hash_.copy().reshape(len(WINDOWS), WINDOW_BYTES)
    for bit in np.random.default_rng(seed).choice(SIGN_BYTES * 8, signs, replace=False):
        changed[:, bit // 8] ^= np.uint8(1 << (bit % 8))
    return changed.reshape(-1)


def pairs_of(rows: list[tuple[int, int, int]]) -> Pairs:
    columns = np.array(rows, np.int64).reshape(-1, 3).T
    return Pairs(*columns)


def test_every_pair_within_nine_signs_is_found_and_no_other() -> None:
    base = hashes(400)
    copies = [flipped(base[row], row % 10, row) for row in range(100)]
    found = find_duplicates(np.concatenate([base, copies]))
    assert list(zip(found.i, found.j, found.distance, strict=True)) == [
        (r, 400 + r, r % 10) for r in range(100)
    ]


def test_most_pairs_at_the_threshold_are_found_and_none_beyond() -> None:
    base = hashes(1000, 1)
    near = find_duplicates(np.concatenate([base, [flipped(h, THRESHOLD, k) for k, h in enumerate(base)]]))
    assert len(near) > 700
    beyond = find_duplicates(
        np.concatenate([base, [flipped(h, THRESHOLD + 1, k) for k, h in enumerate(base)]])
    )
    assert len(beyond) == 0


def test_a_crop_matches_a_window() -> None:
    base = hashes(50, 2)
    crops = hashes(50, 3)
    for which in range(1, len(WINDOWS)):
        crops[:, :WINDOW_BYTES] = base[:, which * WINDOW_BYTES : (which + 1) * WINDOW_BYTES]
        for stack, shift in ((np.concatenate([base, crops]), 50), (np.concatenate([crops, base]), 50)):
            found = find_duplicates(stack)
            assert (found.i.tolist(), found.j.tolist()) == (list(range(50)), list(range(shift, 100)))


def test_other_colours_are_no_duplicates() -> None:
    base = hashes(20)
    other = base.copy().reshape(20, len(WINDOWS), WINDOW_BYTES)
    other[:, :, SIGN_BYTES] += 30
    other = other.reshape(20, HASH_BYTES)
    assert (distance(base, other) == FAR).all()
    assert len(find_duplicates(np.concatenate([base, other]))) == 0


def test_flat_pictures_are_nobodys_duplicates() -> None:
    stack = np.concatenate([np.zeros((30, HASH_BYTES), np.uint8), hashes(5)])
    assert len(find_duplicates(stack)) == 0
    assert groups(35, find_duplicates(stack)).tolist() == list(range(35))


def test_a_hundred_thousand_equal_hashes_cost_no_squares() -> None:
    stack = np.repeat(hashes(2), 50_000, axis=0)
    found = find_duplicates(stack)
    assert len(found) == 99_998
    assert sorted(set(groups(len(stack), found).tolist())) == [0, 50_000]


def test_a_crowded_bucket_stays_bounded() -> None:
    # One band is the same for all: without a bound this would be 12 million pairs.
    stack = hashes(5_000, 4)
    stack.reshape(5_000, len(WINDOWS), WINDOW_BYTES)[:, :, :3] = 7
    stack[1] = flipped(stack[0], 3)
    found = find_duplicates(stack)
    assert (found.i.tolist(), found.j.tolist(), found.distance.tolist()) == ([0], [1], [3])


def test_groups_do_not_chain() -> None:
    # 0-1-2-…-9, each like the next only.
    chain = groups(10, pairs_of([(k, k + 1, 5) for k in range(9)]))
    assert max(np.bincount(chain)) <= 3
    for row, head in enumerate(chain):
        assert abs(row - head) <= 1


def test_groups_take_the_one_with_most_links() -> None:
    assert groups(6, pairs_of([(0, 2, 3), (1, 2, 3), (2, 4, 3)])).tolist() == [2, 2, 2, 3, 2, 5]


def test_equal_rows_are_one_before_links_are_counted() -> None:
    # 3 and 4 equal 0; 0 is near 5.
    found = pairs_of([(0, 3, 0), (3, 4, 0), (0, 5, 4)])
    assert groups(6, found).tolist() == [0, 1, 2, 0, 0, 0]


def test_table_has_the_documented_columns_and_ignores_order() -> None:
    base = hashes(30)
    stack = np.concatenate([base, [flipped(base[3], 2), flipped(base[3], 4, 1), flipped(base[7], 5)]])
    ids = [f"{(k * 37) % 101:032x}" for k in range(33)]
    table = duplicate_table(ids, stack)
    assert table.schema == pa.schema(
        [("image_id", pa.string()), ("group_id", pa.string()), ("distance", pa.int32())]
    )
    assert table.num_rows == 5
    heads = {row["group_id"] for row in table.to_pylist()}
    assert len(heads) == 2
    assert {row["image_id"] for row in table.to_pylist() if row["distance"] == 0} == heads
    order = np.random.default_rng(0).permutation(33)
    assert duplicate_table([ids[k] for k in order], stack[order]).equals(table)


def test_nothing_in_nothing_out() -> None:
    empty = np.empty((0, HASH_BYTES), np.uint8)
    assert len(find_duplicates(empty)) == 0
    assert duplicate_table([], empty).num_rows == 0


@pytest.mark.parametrize("bad", [np.zeros((3, 8), np.uint8), np.zeros((3, HASH_BYTES), np.int64)])
def test_wrong_hashes_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(InputError, match="hashes must be"):
        find_duplicates(bad)


def test_the_index_answers_as_the_batch_does() -> None:
    base = hashes(6000, 5)
    index = DuplicateIndex()
    index.add([f"a{k}" for k in range(5000)], base[:5000])
    index.add([f"a{k}" for k in range(5000, 6000)], base[5000:])
    assert len(index) == 6000
    for row in (0, 17, 4999, 5000, 5999):
        assert index.match(flipped(base[row], 6)) == (f"a{row}", 6)
        assert index.match(base[row].tobytes()) == (f"a{row}", 0)
    assert index.match(hashes(1, 99)[0]) is None
    assert index.match(bytes(HASH_BYTES)) is None


def test_the_index_knows_crops_both_ways() -> None:
    base, crop = hashes(5000, 6), hashes(1, 7)
    crop[0, :WINDOW_BYTES] = base[42, WINDOW_BYTES : 2 * WINDOW_BYTES]
    index = DuplicateIndex()
    index.add([str(k) for k in range(5000)], base)
    assert index.match(crop[0]) == ("42", 0)
    other = DuplicateIndex.from_table(pa.table({"image_id": ["c"], "phash": [crop[0].tobytes()]}))
    assert other.match(base[42]) == ("c", 0)


def test_the_index_is_rebuilt_from_a_table_with_nulls() -> None:
    base = hashes(3)
    table = pa.table({"image_id": ["x", "y", "z"], "phash": [base[0].tobytes(), None, base[2].tobytes()]})
    for source in (table, iter(table.to_batches(max_chunksize=1))):
        index = DuplicateIndex.from_table(source)
        assert index.match(base[2]) == ("z", 0)
        assert index.match(base[1]) is None
    assert DuplicateIndex().match(base[0]) is None
    assert DuplicateIndex.from_table(table.slice(0, 0)).match(base[0]) is None
    with pytest.raises(InputError, match="phash"):
        from_column(pa.array([b"short"]))


def altered(rgb: np.ndarray, which: int) -> np.ndarray:
    """Re-encoded, resized, cropped 5% a side, cropped 5% in all, in turn."""
    height, width = rgb.shape[:2]
    share = (0, 0, 0.05, 0.025)[which % 4]
    down, across = round(height * share), round(width * share)
    image = Image.fromarray(rgb[down : height - down, across : width - across])
    if which % 4 == 1:
        image = image.resize((width * 2 // 3, height * 2 // 3))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=60)
    picture = decode(stream.getvalue()).rgb
    assert picture is not None
    return picture


@pytest.mark.parametrize("collection", ["grocery", "fashion", "imagenet-sample"])
def test_real_photographs(data_dir: Path, collection: str) -> None:
    """Bursts of one shelf and products in one pose are not duplicates; altered copies are."""
    files = sorted((data_dir / collection).rglob("*.jpg"))[:160]
    originals = [picture for path in files if (picture := decode(path.read_bytes()).rgb) is not None]
    copies = [altered(rgb, row) for row, rgb in enumerate(originals)]
    stack = np.stack([np.frombuffer(perceptual_hash(rgb), np.uint8) for rgb in originals + copies])
    stands = groups(len(stack), find_duplicates(stack))
    n = len(originals)
    assert (stands[:n] == stands[n:]).mean() >= 0.95
    # No two originals share a group, but for the few that are the same picture under two names.
    assert len(set(stands[:n].tolist())) >= 0.97 * n
