"""What a run keeps away from training when nobody says: one family of pictures in ten.

Decided: families (near-duplicates and pictures of one item) are dealt out by a seeded hash of their id, as
the splits of weak labels are, so that a growing catalogue does not move them. The ids are written to a file
of the workspace, which a selection can name (`file=training/held-0.txt`).
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saccade.catalog.catalogue import Catalogue
from saccade.labels.balance.families import families
from saccade.labels.balance.splits import Shares
from saccade.labels.hashing import word_hashes
from saccade.workspace import Workspace

SHARE = 0.1


def hold_out(ws: Workspace, seed: int = 0, write: bool = True) -> str:
    """Choose the pictures and write their ids; returns the selection that names them."""
    images = Catalogue(ws).images
    family = families(ws).of(images)
    chosen = Shares(1 - SHARE, 0.0, SHARE, seed).numbers(family) == 2
    if not chosen.any():  # of a handful, one
        chosen = np.asarray(pc.equal(family, family[int(np.argmin(word_hashes(family)))]))
    held = images.filter(pa.array(chosen))
    name = f"training/held-{seed}.txt"
    if write:
        ws.write_bytes(name, ("\n".join(held.to_pylist()) + "\n").encode())
    return f"file={name}"
