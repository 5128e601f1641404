"""From annotations to rows of `image_labels`: targets, each with the side its picture falls on."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from saccade.labels.balance.families import Families, families
from saccade.labels.balance.leaks import MOST, Held, check, hold, refuse, split_of
from saccade.labels.balance.splits import Shares
from saccade.labels.balance.targets import LabelIndex, TargetSettings, targets
from saccade.workspace import Workspace
from saccade.workspace.schemas import SPECS


@dataclass(frozen=True, eq=False)
class Sides:
    """Which split a picture is in: what it needs of a workspace, read once; threads may share it."""

    families: Families
    held: Held
    shares: Shares = field(default_factory=Shares)

    @classmethod
    def read(cls, ws: Workspace, shares: Shares | None = None, most: float = MOST) -> Sides:
        """As the workspace is now; `most` of the pictures may be held for one evaluation."""
        found, dealt = families(ws), shares or Shares()
        return cls(found, hold(ws, found, dealt, most), dealt)

    def of(self, image_ids: pa.Array) -> pa.Array:
        """`string` [n]: train, val, test or held."""
        return split_of(image_ids, self.families, self.shares, self.held)

    def notes(self) -> tuple[str, ...]:
        """Lines for a report: families that were cut, evaluations that could not be held."""
        return (*self.families.notes(), *self.held.notes())

    def verify(self, ws: Workspace) -> None:
        """Go through `image_labels`; `InputError` where a family is in two splits or an evaluation leaks."""
        rows = ws.table("image_labels").scan(["image_id", "split"], batch_size=1 << 17)
        refuse(check(rows, self.families, self.held))


def labelled(batch: pa.RecordBatch, index: LabelIndex, settings: TargetSettings, sides: Sides) -> pa.Table:
    """Rows of `image_labels` for the annotations (`image_id`, `phrase_id`, `score`) of whole pictures."""
    found = targets(batch, index, settings)
    columns = [*found.columns, sides.of(found.column("image_id"))]
    return pa.Table.from_arrays(columns, schema=SPECS["image_labels"].schema)
