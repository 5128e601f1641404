"""A little marketplace in a workspace, with labels by category and by product, and splits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from saccade.bazaar.bazaar import Bazaar
from saccade.catalog.ingest import Ingest
from saccade.labels.balance.families import families
from saccade.labels.balance.splits import Shares
from saccade.workspace import Workspace


@dataclass(frozen=True)
class Shop:
    """A workspace, and what its `image_labels` say: image id -> {label id: weight}, and its split."""

    ws: Workspace
    folder: Path
    labels: dict[str, dict[str, float]]
    splits: dict[str, str]

    def of(self, split: str) -> list[str]:
        return [image for image, found in self.splits.items() if found == split]


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    Bazaar(seed=3, products=24, size=48, views=2, photos=0).write(folder)
    return folder


@pytest.fixture
def shop(drawn: Path, tmp_path: Path) -> Shop:
    ws = Workspace(tmp_path / "ws", create=True)
    Ingest(str(drawn / "catalogue" / "items.jsonl")).run(ws)
    return _labelled(ws, drawn)


@pytest.fixture
def labelled() -> Callable[[Workspace, Path], Shop]:
    return _labelled


def _labelled(ws: Workspace, folder: Path) -> Shop:
    """Every picture has its category (label l0, l1, ...; names may repeat) and the label `all`."""
    items = ws.table("items").read(["item_id", "category"]).to_pylist()
    category = {row["item_id"]: row["category"] for row in items}
    shown = ws.table("item_images").read(["image_id", "item_id"]).sort_by("image_id").to_pylist()
    known = sorted(set(category.values()))
    labels = {
        row["image_id"]: {"all": 0.5, f"l{known.index(category[row['item_id']])}": 0.25 + at % 3 / 4}
        for at, row in enumerate(shown)
    }
    found = Shares(0.5, 0.25, 0.25, seed=1).of(families(ws).of(pa.array(list(labels))))
    splits = dict(zip(labels, found.to_pylist(), strict=True))
    ids = ["all", *(f"l{at}" for at in range(len(known)))]
    ws.table("labels").append(pa.table({"label_id": ids, "name": ["thing", "same", "same", *known[2:]]}))
    rows = [(image, label, weight) for image, said in labels.items() for label, weight in said.items()]
    ws.table("image_labels").append(
        pa.table({
            "image_id": [row[0] for row in rows], "label_id": [row[1] for row in rows],
            "weight": pa.array([row[2] for row in rows], pa.float32()),
            "split": [splits[row[0]] for row in rows],
        })
    )  # fmt: skip
    return Shop(ws, folder, labels, splits)
