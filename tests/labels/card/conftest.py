"""A small workspace with pictures of the marketplace and hand-made labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from saccade.bazaar import Bazaar
from saccade.catalog.ingest import Ingest
from saccade.labels.card import JudgedPairs, Rate, RunFacts, SourceGiven
from saccade.labels.hashing import key_hash, phrase_id
from saccade.workspace import Workspace

# name of a label, then (language, phrase) of its phrases; the first one wants to break the page
LABELS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("<script>alert('x')</script>", (("und", '"><img src=x onerror=alert(1)>'), ("en", "a\x00b\u202ec"))),
    ("leather bag", (("en", "leather bag"), ("de", "ledertasche"), ("es", "bolso de cuero"))),
    ("red dress", (("en", "red dress"), ("de", "rotes kleid"))),
    ("oak chair", (("en", "oak chair"),)),
    ("striped shirt", (("en", "striped shirt"), ("en", "stripy top"))),
    ("فستان أحمر", (("ar", "فستان أحمر"),)),
    ("tea cup", (("en", "tea cup"), ("en", "mug"), ("de", "teetasse"))),
    *((f"thing {n}", (("en", f"thing {n}"),)) for n in range(30)),
)
SOURCES = ("title", "description", "board")
Shop = Callable[..., Workspace]


def ident(language: str, phrase: str) -> str:
    return phrase_id(key_hash(language, phrase))


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bazaar pictures, and a workspace with nothing but their catalogue."""
    folder = tmp_path_factory.mktemp("card")
    Bazaar(seed=0, products=40, photos=1, size=128).write(folder / "bazaar")
    Ingest(str(folder / "bazaar" / "catalogue" / "items.jsonl")).run(Workspace(folder / "ws", create=True))
    return folder


def label_id(name: str) -> str:
    return f"label-{ident('und', name)}"


def fill(ws: Workspace, labels: Iterable[tuple[str, tuple[tuple[str, str], ...]]], seed: int = 0) -> None:
    """Tables of weak labels over the images of `ws`: a long tail, three sources, two splits."""
    rng = np.random.default_rng(seed)
    images = sorted(ws.table("images").read(["image_id"])["image_id"].to_pylist())
    said: list[dict[str, Any]] = []
    kept: dict[str, list[str]] = {image: [] for image in images}
    names = list(labels)
    for rank, (name, phrases) in enumerate(names, start=1):
        shown = rng.permutation(images)[: max(2, len(images) // rank)].tolist()
        for at, (language, phrase) in enumerate(phrases):
            for image in shown[at :: len(phrases)]:
                said.append(annotation(image, ident(language, phrase), float(rng.beta(5, 2)), rng))
                if said[-1]["score"] >= 0.4:
                    kept[image].append(label_id(name))
    write(ws, names, said, kept)


def annotation(image: str, phrase: str, score: float, rng: np.random.Generator) -> dict[str, Any]:
    chosen = [name for name, share in zip(SOURCES, (0.9, 0.5, 0.1), strict=True) if rng.random() < share]
    evidence = [
        {"source": name, "texts": 1, "weight": 1.0, "longest": 1.0, "copied": 0}
        for name in chosen or ["title"]
    ]
    return {"image_id": image, "phrase_id": phrase, "score": score, "evidence": evidence}


def write(
    ws: Workspace, names: list[tuple[str, tuple[tuple[str, str], ...]]], said: list[dict[str, Any]],
    kept: dict[str, list[str]],
) -> None:  # fmt: skip
    put(ws, "phrases", [
        {"phrase_id": ident(language, phrase), "phrase": phrase, "language": language, "key": phrase,
         "words": len(phrase.split()), "support": 100 - at}
        for at, (language, phrase) in enumerate(pair for _, phrases in names for pair in phrases)
    ])  # fmt: skip
    put(ws, "annotations", sorted(said, key=lambda row: row["image_id"]))
    put(ws, "labels", [
        {"label_id": label_id(name), "name": name, "kind": "tail" if len(phrases) > 1 else "head",
         "phrases": [ident(*pair) for pair in phrases], "languages": sorted({one for one, _ in phrases}),
         "images": 1, "weight": 1.0, "purity": 0.9 if at % 7 else 0.4}
        for at, (name, phrases) in enumerate(names)
    ])  # fmt: skip
    put(ws, "image_labels", [
        {"image_id": image, "label_id": label, "weight": 1.0, "split": "val" if at % 10 == 0 else "train"}
        for at, (image, found) in enumerate(kept.items())
        for label in sorted(set(found))
    ])  # fmt: skip


def put(ws: Workspace, table: str, rows: list[dict[str, Any]]) -> None:
    """Replace the content of a table."""
    handle = ws.table(table)
    handle.delete("true")
    handle.append(pa.Table.from_pylist(rows, schema=handle.schema))


def told(seed: int = 0) -> RunFacts:
    """What a stage would tell."""
    scores = np.random.default_rng(seed).random(400)
    true = np.random.default_rng(seed + 1).random(400) < scores**1.5
    return RunFacts(
        made="2026-01-02T03:04:05Z", threshold=0.4, leaked=0,
        sources=(
            SourceGiven("title", 40, 40, 2, Rate(0.93, 0.91, 0.95), Rate(0.61, 0.55, 0.67)),
            SourceGiven("description", 38, 38, 25, Rate(0.71, 0.66, 0.76)),
            SourceGiven("board", 12, 9, 0, Rate(0.55, 0.46, 0.64), Rate(0.22, 0.15, 0.3)),
        ),
        languages={"en": 60, "de": 20, "es": 6, "und": 4},
        signals={"boilerplate_texts": 12, "spam_texts": 3, "copied_texts": 27},
        judged=JudgedPairs(tuple(scores.tolist()), tuple(true.tolist()), "the marketplace's truth"),
        settings={"min_support": 5, "languages": "en, de, es", "threshold": 0.4}, seed=7,
        versions={"texts": 3, "images": 2, "phrases": 5}, bottleneck="computing",
        seconds={"gather": 2.5, "signals": 10.25, "vocabulary": 4.0, "match": 6.5, "score": 1.5},
    )  # fmt: skip


@pytest.fixture
def shop(pictures: Path, tmp_path: Path) -> Workspace:
    """A workspace of its own, labelled."""
    import shutil

    shutil.copytree(pictures / "ws", tmp_path / "ws")
    ws = Workspace(tmp_path / "ws")
    fill(ws, LABELS)
    return ws
