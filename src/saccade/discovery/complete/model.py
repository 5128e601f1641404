"""A fitted model of what goes with what, and its two files: `complete/<label>/model.npz` and `info.json`.

Decided: looks of items are kept too, so that an answer can say "together on three boards". `info.json` is
written last: where it is, the rest is whole. Categories that the model never saw use the shared matrix and
lift 1.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.complete.bilinear import Bilinear
from saccade.discovery.complete.looks import Looks
from saccade.discovery.complete.prior import Prior
from saccade.errors import InputError, NotFoundError
from saccade.workspace import Workspace

FOLDER = "complete"
_FORMAT = 1


@dataclass(frozen=True, eq=False)
class Compatibility:
    """form: of embeddings; prior: of categories; categories: their names.

    items: ids of items in looks, sorted; held: int64 [pairs, 2], (place in items, look). about: for people.
    """

    model_id: str
    categories: tuple[str, ...]
    form: Bilinear
    prior: Prior
    items: NDArray[np.str_]
    held: NDArray[np.int64]
    about: Mapping[str, object] = field(default_factory=dict)

    @staticmethod
    def of(
        model_id: str, looks: Looks, form: Bilinear, prior: Prior, about: Mapping[str, object]
    ) -> Compatibility:
        """From what was learned of some looks."""
        ids = np.array([key for key, item in zip(looks.keys, looks.items, strict=True) if item], np.str_)
        items = np.sort(ids)
        of = np.repeat(np.arange(len(looks)), np.diff(looks.starts))
        kept = looks.items[looks.members]
        names = np.array(looks.keys, np.str_)[looks.members[kept]]
        held = np.stack([np.searchsorted(items, names), of[kept]], axis=1).astype(np.int64)
        held = held[np.argsort(held[:, 0], kind="stable")]
        return Compatibility(model_id, looks.categories, form, prior, items, held, about)

    def place(self, category: str | None) -> int:
        """The number of a category, -1 for one that is unknown."""
        return self._places.get(category or "", -1)

    def lift(self, category: str | None, other: str) -> tuple[float, int]:
        """Times as often together as by chance, and in how many looks."""
        first, second = self.place(category), self.place(other)
        if first < 0 or second < 0:
            return 1.0, 0
        return float(self._lift[first, second]), int(self.prior.counts[first, second])

    def looks_of(self, item_id: str) -> frozenset[int]:
        """The looks that hold an item."""
        at = int(np.searchsorted(self.items, item_id))
        if at >= len(self.items) or self.items[at] != item_id:
            return frozenset()
        start, end = np.searchsorted(self.held[:, 0], (at, at + 1))
        return frozenset(self.held[start:end, 1].tolist())

    def save(self, ws: Workspace, label: str) -> str:
        """Write both files; returns where."""
        sink = io.BytesIO()
        form = self.form
        np.savez_compressed(
            sink, mean=form.mean, basis=form.basis, shared=form.shared, own=form.own, rows=form.rows,
            counts=self.prior.counts, items=self.items, held=self.held,
        )  # fmt: skip
        ws.write_bytes(f"{FOLDER}/{label}/model.npz", sink.getvalue())
        info = {"format": _FORMAT, "model_id": self.model_id, "categories": list(self.categories),
                "looks": self.prior.looks, **self.about}  # fmt: skip
        return ws.write_bytes(f"{FOLDER}/{label}/info.json", json.dumps(info, indent=1).encode())

    @staticmethod
    def load(ws: Workspace, label: str = "main") -> Compatibility:
        """The fitted model; `NotFoundError` says how to fit one, `InputError` that its files are none."""
        info = read_info(ws, label)
        if info is None:
            raise NotFoundError(
                f"{ws.uri} has no model of what goes together named {label!r}: fit one with FitComplete"
            )
        try:
            with np.load(
                io.BytesIO(ws.read_bytes(f"{FOLDER}/{label}/model.npz")), allow_pickle=False
            ) as kept:
                form = Bilinear(kept["mean"], kept["basis"], kept["shared"], kept["own"], kept["rows"])
                prior = Prior(kept["counts"], int(info["looks"]))  # pyright: ignore[reportArgumentType]
                names = tuple(map(str, info["categories"]))  # pyright: ignore[reportArgumentType]
                return Compatibility(
                    str(info["model_id"]), names, form, prior, kept["items"], kept["held"], info
                )
        except (KeyError, ValueError, TypeError, OSError) as error:
            raise InputError(
                f"{ws.path(FOLDER, label)} holds no such model ({error}): fit it again"
            ) from error

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.categories)}

    @cached_property
    def _lift(self) -> NDArray[np.float64]:
        return self.prior.lift


def read_info(ws: Workspace, label: str) -> dict[str, object] | None:
    """What `info.json` says, None where there is none that can be read."""
    try:
        found = json.loads(ws.read_bytes(f"{FOLDER}/{label}/info.json"))
    except (NotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("format") == _FORMAT else None
