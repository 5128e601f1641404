"""What `sources.modified` holds: the state of a place, and of the row that named it.

Decided: four parts in one text, `row.item.list.state`. `row` is the digest of everything in the row but the
pixels, `item` that of the item's id, `list` that of the source that named the place, `state` the
modification time in nanoseconds, the ETag, or the stamp of the file around it. A place is unchanged when
its size and `state` are; its row when `row` is. The row of a list itself (status "list") holds the digest
of the settings where others hold their row's.
"""

from __future__ import annotations

from dataclasses import dataclass

LIST = "list"
"""Status of the rows of `sources` that stand for a list or container that was read to its end."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The parts of `sources.modified`; the first three are hex digits."""

    row: str = ""
    item: str = ""
    list: str = ""
    state: str = ""

    def __str__(self) -> str:
        return f"{self.row}.{self.item}.{self.list}.{self.state}"


def parse(text: str | None) -> Mark:
    """The parts of a stored text; a text of another form is a state alone."""
    parts = (text or "").split(".", 3)
    return Mark(*parts) if len(parts) == 4 else Mark(state=text or "")
