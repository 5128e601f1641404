"""Results narrowed by chips, by colour and by labels of their pictures.

Decided:
- A chip is given back by its id: `phrase:<phrase_id>` or `attribute:<name>=<value>`. All chips must hold.
- A picture has a colour when at least a quarter of its salient pixels are of that family, or within `near`
  (delta E 2000) of a colour given as #rrggbb: so a striped shirt is found by either colour.
- Labels are those that were imported for a task (`tasks`): a range of skin tones is a set of its labels.
  Nothing is inferred from pixels here; a picture without a label is not in the range.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from saccade.discovery.arrange_pool import Mask, Pool
from saccade.errors import InputError
from saccade.vision.colour import ENOUGH, NEAR
from saccade.vision.families import NAMES, hex_lab
from saccade.vision.lab import delta_e2000, to_rgb

PHRASE, ATTRIBUTE = "phrase:", "attribute:"
MOST_CHIPS = 16  # in one question


@dataclass(frozen=True)
class Narrow:
    """What results must have.

    chips: ids, all of which must hold. colour: a family's name or #rrggbb; near: delta E 2000 for the latter.
    labels: of each task, those that will do. Raises `InputError` for what is none of these.
    """

    chips: tuple[str, ...] = ()
    colour: str | None = None
    near: float = NEAR
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def __post_init__(self) -> None:
        if len(self.chips) > MOST_CHIPS:
            raise InputError(f"expected at most {MOST_CHIPS} chips, found {len(self.chips)}")
        for chip in self.chips:
            if not chip.startswith(PHRASE) and ("=" not in chip or not chip.startswith(ATTRIBUTE)):
                raise InputError(f"expected phrase:… or attribute:name=value as a chip, found {chip!r}")
        if self.colour is not None and self.colour not in NAMES:
            _lab(self.colour)
        if not 0 < self.near <= 100:
            raise InputError(f"near is a colour difference above 0 and up to 100, found {self.near}")

    def __bool__(self) -> bool:
        return bool(self.chips or self.colour or self.labels)


@dataclass(frozen=True)
class Swatch:
    """A colour family among results: a typical colour of it as #rrggbb, how many have it, and their share."""

    name: str
    hex: str
    count: int
    share: float


def masks(pool: Pool, narrow: Narrow) -> Iterator[tuple[str, Mask]]:
    """Each condition: what it is called, and which candidates meet it."""
    for chip in narrow.chips:
        yield f"chip {chip}", chip_mask(pool, chip)
    if narrow.colour is not None:
        yield f"colour {narrow.colour}", colour_mask(pool, narrow.colour, narrow.near)
    for task, labels in narrow.labels.items():
        yield task, label_mask(pool, task, labels)


def chip_mask(pool: Pool, chip: str) -> Mask:
    """Which candidates have a chip; none where nobody knows it."""
    if chip.startswith(PHRASE):
        code = pool.said.phrases.ids.index(chip.removeprefix(PHRASE)).as_py()
        return pool.phrase(code) if code >= 0 else np.zeros(len(pool), np.bool_)
    name, _, value = chip.removeprefix(ATTRIBUTE).partition("=")
    return np.array([found == value for found in pool.values(name)], np.bool_)


def colour_mask(pool: Pool, colour: str, near: float = NEAR) -> Mask:
    """Which candidates have a colour."""
    tones = pool.tones
    if colour in NAMES:
        hits = np.array([name == colour for name in tones.names], np.bool_)[tones.codes]
    else:
        hits = delta_e2000(tones.lab, _lab(colour)) <= near
    return np.bincount(tones.which, tones.shares * hits, len(pool)) >= ENOUGH


def label_mask(pool: Pool, task: str, labels: tuple[str, ...]) -> Mask:
    """Which candidates have one of the labels; `InputError` for a task that does not exist."""
    known = pool.looks.tasks()
    if task not in known:
        raise InputError(f"expected one of the imported tasks ({', '.join(known) or 'none'}), found {task!r}")
    return np.array([label in labels for label in pool.labels(task)], np.bool_)


def swatches(pool: Pool, kept: Mask) -> tuple[Swatch, ...]:
    """The colour families of the kept candidates, the most frequent first."""
    tones = pool.tones
    mine = kept[tones.which]
    if not mine.any():
        return ()
    amounts = np.zeros((len(pool), len(tones.names)))
    np.add.at(amounts, (tones.which[mine], tones.codes[mine]), tones.shares[mine])
    counts = (amounts >= ENOUGH).sum(axis=0)
    there = np.flatnonzero(counts).tolist()
    order = sorted(there, key=lambda code: (-int(counts[code]), tones.names[code]))
    return tuple(
        Swatch(tones.names[code], _typical(pool, mine & (tones.codes == code)), int(counts[code]),
               float(counts[code] / kept.sum()))
        for code in order
    )  # fmt: skip


def _typical(pool: Pool, rows: Mask) -> str:
    """Of these tones the one nearest to their mean: a colour that is really there."""
    lab, shares = pool.tones.lab[rows], pool.tones.shares[rows]
    mean = (lab * shares[:, None]).sum(axis=0) / shares.sum()
    red, green, blue = to_rgb(lab[((lab - mean) ** 2).sum(axis=1).argmin()]).tolist()
    return f"#{red:02x}{green:02x}{blue:02x}"


def _lab(colour: str) -> np.ndarray:
    try:
        return hex_lab(colour)
    except ValueError:
        raise InputError(f"a colour is #rrggbb or one of {', '.join(NAMES)}; found {colour!r}") from None
