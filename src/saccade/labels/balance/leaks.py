"""Nothing that evaluation asks with may be learned from: what is held back, why, and a check that it was.

Decided:
- A family with a picture that asks (`evaluations`) is on the side `HELD` and in no split: other photos and
  near-duplicates of the query would give it away. Photos of the product that answers are held with it only
  where the query is known to be a photo of that product, because then they are one family.
- An evaluation may not eat the catalogue. Where its families hold more than the share `most` of all pictures,
  its questions are held alone, with their near-duplicates ("picture"): the products are learned from, the
  questions are not. Where even these are more than `most` (every picture asks), nothing is held ("none") and
  the report says so: such an evaluation compares models, it does not say how one does on what is new.
- `check` goes through what was built and counts violations; a build with one is refused.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import InputError
from saccade.labels.balance.evaluations import evaluation_images
from saccade.labels.balance.families import Families, families
from saccade.labels.balance.splits import HELD, SPLITS, Shares
from saccade.labels.hashing import Hashes, word_hashes
from saccade.workspace import Workspace

MOST = 0.5
REPORT = pa.schema({
    "evaluation": pa.string(), "images": pa.int64(), "families": pa.int64(), "pictures": pa.int64(),
    "would_train": pa.int64(), "held": pa.string(),
})  # fmt: skip
"""images: that ask; families: they belong to; pictures: in those families; would_train: of these, how many
would be in train if nothing were held; held: `family`, `picture` or `none`."""


@dataclass(frozen=True, eq=False)
class Held:
    """What evaluation keeps for itself.

    Attributes:
        families: hashes, ascending, of the ids of families that are held whole.
        images: hashes, ascending, of the ids of pictures that are held alone.
        report: a row of `REPORT` for each evaluation.
    """

    families: Hashes
    images: Hashes
    report: pa.Table

    def mask(self, image_ids: pa.Array, family_ids: pa.Array) -> npt.NDArray[np.bool_]:
        """bool [n]: which pictures are held."""
        whole = _within(self.families, word_hashes(family_ids))
        return whole | _within(self.images, word_hashes(image_ids))

    def notes(self) -> tuple[str, ...]:
        """Lines for a report about evaluations that could not be held whole."""
        return tuple(_note(row) for row in self.report.to_pylist() if row["held"] != "family")


def split_of(image_ids: pa.Array, found: Families, shares: Shares, held: Held) -> pa.Array:
    """`string` [n]: train, val, test or held, for each image id."""
    family_ids = found.of(image_ids)
    return pc.if_else(pa.array(held.mask(image_ids, family_ids)), HELD, shares.of(family_ids))


def hold(
    ws: Workspace, found: Families, shares: Shares | None = None, most: float = MOST, answers: bool = False
) -> Held:
    """What the evaluations of a workspace keep for themselves; `answers` holds what they find as well."""
    asked = evaluation_images(ws, answers)
    copies = families(ws, shared=0)  # near-duplicates alone
    names = pc.unique(asked["evaluation"]).to_pylist()
    sets = [asked.filter(pc.equal(asked["evaluation"], name))["image_id"] for name in names]
    wide, narrow = ([_hashes(group.of(ids)) for ids in sets] for group in (found, copies))
    total, (in_wide, train), (in_narrow, _) = _counts(
        ws, ((found, wide), (copies, narrow)), shares or Shares()
    )
    level = [_level(in_wide[at], in_narrow[at], most * total) for at in range(len(names))]
    rows = zip(
        names, (len(pc.unique(ids)) for ids in sets), map(len, wide), in_wide, train, level, strict=True
    )
    report = pa.Table.from_pylist([dict(zip(REPORT.names, row, strict=True)) for row in rows], REPORT)
    return Held(
        _union([part for part, held in zip(wide, level, strict=True) if held == "family"]),
        _members(ws, copies, _union([part for part, h in zip(narrow, level, strict=True) if h == "picture"])),
        report,
    )


def leak_report(ws: Workspace, shares: Shares | None = None) -> pa.Table:
    """Rows of `REPORT`: every evaluation, and how many of its pictures a careless split would train on."""
    return hold(ws, families(ws), shares).report


@dataclass(frozen=True)
class Violations:
    """Families that are in two splits, and pictures that should be held and are in a split."""

    families: int
    images: int


def check(built: Iterable[pa.RecordBatch], found: Families, held: Held) -> Violations:
    """Go through what was built: batches with `image_id` and `split`, in any order."""
    seen = np.zeros(len(found.sizes), np.uint8)
    alone = np.empty(0, np.uint64), np.empty(0, np.uint8)
    wrong = np.empty(0, np.uint64)
    for batch in built:
        image, bit = _sides(batch)
        code = found.codes_of(image)
        np.bitwise_or.at(seen, code[code >= 0], bit[code >= 0])
        hashes = word_hashes(image)
        alone = _merged(alone, (hashes[code < 0], bit[code < 0]))
        bad = held.mask(image, found.of(image)) & (bit > 0)
        wrong = np.union1d(wrong, hashes[bad])
    two = sum(int((np.bitwise_count(bits) > 1).sum()) for bits in (seen, alone[1]))
    return Violations(two, len(wrong))


def refuse(violations: Violations) -> None:
    """Raise `InputError` where there is any violation."""
    if violations.families or violations.images:
        raise InputError(
            f"{violations.families} families are in two splits, {violations.images} pictures of evaluations"
            " in one: items, duplicates or evaluations changed after image_labels was made; build it again"
        )


def _sides(batch: pa.RecordBatch) -> tuple[pa.Array, npt.NDArray[np.uint8]]:
    """Pictures and the bit of their split; 0 for those that are held."""
    rows = pa.table({"image_id": batch.column("image_id"), "split": batch.column("split")})
    unique = rows.group_by(["image_id", "split"]).aggregate([])
    place = pc.index_in(unique["split"], value_set=pa.array(SPLITS)).combine_chunks()
    bits = np.where(np.asarray(pc.is_valid(place)), 1 << np.asarray(pc.fill_null(place, 0)), 0)
    return unique["image_id"].combine_chunks(), bits.astype(np.uint8)


def _merged(
    left: tuple[Hashes, npt.NDArray[np.uint8]], right: tuple[Hashes, npt.NDArray[np.uint8]]
) -> tuple[Hashes, npt.NDArray[np.uint8]]:
    """Bits of each hash, those of equal hashes joined."""
    hashes, place = np.unique(np.concatenate((left[0], right[0])), return_inverse=True)
    bits = np.zeros(len(hashes), np.uint8)
    np.bitwise_or.at(bits, place, np.concatenate((left[1], right[1])))
    return hashes, bits


def _counts(
    ws: Workspace, groups: tuple[tuple[Families, list[Hashes]], ...], shares: Shares
) -> tuple[int, tuple[list[int], list[int]], tuple[list[int], list[int]]]:
    """All pictures; for both kinds of families those of each evaluation, and those of them dealt to train."""
    total = 0
    sums = [np.zeros((2, len(sets)), np.int64) for _, sets in groups]
    for batch in ws.table("images").scan(["image_id"], batch_size=1 << 17):
        total += len(batch)
        for (found, sets), into in zip(groups, sums, strict=True):
            own = found.of(batch.column(0))
            hashes, train = word_hashes(own), shares.numbers(own) == 0
            for at, wanted in enumerate(sets):
                inside = _within(wanted, hashes)
                into[:, at] += inside.sum(), (inside & train).sum()
    (wide, train), (narrow, other) = (into.tolist() for into in sums)
    return total, (wide, train), (narrow, other)


def _members(ws: Workspace, copies: Families, wanted: Hashes) -> Hashes:
    """Hashes of the pictures whose group of near-duplicates is wanted."""
    found = np.empty(0, np.uint64)
    for batch in ws.table("images").scan(["image_id"], batch_size=1 << 17) if len(wanted) else ():
        ids = batch.column(0)
        found = np.union1d(found, word_hashes(ids)[_within(wanted, word_hashes(copies.of(ids)))])
    return found


def _level(wide: int, narrow: int, most: float) -> str:
    if wide <= most:
        return "family"
    return "picture" if narrow <= most else "none"


def _note(row: dict[str, object]) -> str:
    name, images, pictures = row["evaluation"], row["images"], row["pictures"]
    if row["held"] == "picture":
        return (
            f"evaluation {name}: the families of its {images:,} queries have {pictures:,} pictures, so only"
            " the queries and their near-duplicates are held back; their products are learned from"
        )
    return (
        f"evaluation {name} asks with {images:,} pictures, most of the catalogue: none is held back, so its"
        " scores will not say how a model does on what is new; ask with fewer (--queries)"
    )


def _hashes(ids: pa.Array) -> Hashes:
    return np.unique(word_hashes(ids))


def _union(parts: list[Hashes]) -> Hashes:
    return np.unique(np.concatenate([np.empty(0, np.uint64), *parts]))


def _within(known: Hashes, wanted: Hashes) -> npt.NDArray[np.bool_]:
    if not len(known):
        return np.zeros(len(wanted), bool)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return known[place] == wanted
