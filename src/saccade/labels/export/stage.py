"""`saccade export`: labelled pictures as files for other trainers.

Reads `image_labels`, `labels`, `images` and, for the formats that carry pictures, `image_bytes` or the
pictures' files. Writes a folder outside of the workspace, so it leaves no lineage and is no part of
`saccade run`; the folder's manifest names settings and versions of tables instead.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, Literal

from saccade.errors import InputError, NotFoundError
from saccade.labels.balance.sampling import Balance
from saccade.labels.balance.training_set import TrainingSet, training_set
from saccade.labels.export import huggingface, parquet, webdataset
from saccade.labels.export.folder import CARD, LABELS, Folder, place, plain
from saccade.labels.export.order import Order, balanced, everything
from saccade.labels.export.source import Block, Classes, Source
from saccade.progress import Progress
from saccade.workspace import Clock, Plan, Stage, Workspace
from saccade.workspace.lineage import Value
from saccade.workspace.tables import quoted

Split = Literal["train", "val", "test", "held"]
TABLES = ("image_labels", "labels", "images", "image_bytes")


@dataclass(frozen=True)
class Writer:
    """A format: ending and folder of a shard, pictures in it, whether it wants bytes, how it is written."""

    ending: str
    folder: str
    shard: int
    data: bool
    write: Callable[[Path, Iterator[Block], Classes], None]


WRITERS = {
    "parquet": Writer("parquet", "", 200_000, False, parquet.write),
    "webdataset": Writer("tar", "", 5_000, True, webdataset.write),
    "datasets": Writer("parquet", "data/", 5_000, True, huggingface.write),
}


@dataclass(frozen=True)
class Export(Stage):
    """Write labelled pictures to a folder: Parquet, WebDataset or Hugging Face datasets.

    `--balanced` writes one epoch of the training pictures, drawn so that no label comes more than `--ratio`
    times as often as another; a picture that is drawn again is written again.
    """

    name: ClassVar[str] = "export"

    target: str
    """The folder to fill: a new one, an empty one, or that of an earlier export."""
    format: Literal["parquet", "webdataset", "datasets"] = "parquet"
    """parquet has addresses and labels; webdataset and datasets carry the pictures too."""
    split: tuple[Split, ...] = ("train", "val", "test")
    """Which splits; held are the pictures that evaluation keeps for itself."""
    balanced: bool = False
    """Balance the training pictures."""
    ratio: float = 50.0
    """Most draws of a label for one draw of the rarest, where balanced."""
    repeats: int = 8
    """Most copies of one picture, where balanced."""
    least: int = 1
    """Labels with fewer pictures do not count for the ratio."""
    epoch: int = 0
    """Which epoch is drawn, where balanced."""
    seed: int = 0
    """Of what is drawn."""
    shard: int = 0
    """Pictures of a file; 0: what suits the format."""
    overwrite: bool = False
    """Replace an export of other settings in the same folder."""

    def plan(self, ws: Workspace) -> Plan:
        """Counts the pictures of the shards that are not there yet."""
        self._check()
        folder = self._folder(ws)
        if folder.manifest.complete:
            return Plan(self.name, 0, "pictures")
        work = 0
        for _, found, order in self._sets(ws):
            work += sum(
                part.stop - part.start for file, part in self._shards(found, order) if not folder.holds(file)
            )
        return Plan(self.name, work, "pictures", None, (f"{self.format} in {folder.path}",))

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        self._check()
        folder, counts, notes = self._folder(ws), Counter[str](), list[str]()
        if folder.manifest.complete:
            return {"pictures": 0, **_kept(folder), "note": f"nothing changed since {folder.path} was made"}
        for split, found, order in self._sets(ws, clock):
            self._about(ws, folder, found)
            progress.start(f"export {split}", len(order))
            counts += self._write(ws, folder, found, order, clock, progress)
            progress.stop()
            if order.reached is not None:
                notes += order.reached.notes(found.names.to_pylist(), self.ratio)
        folder.manifest.complete = True
        folder.save()
        lost = {f"lost_{reason}": n for reason, n in _lost(folder).items()}
        said = {f"note_{at}": note for at, note in enumerate([*notes, *_lines(lost)])}
        shown = {name: counts[name] for name in ("pictures", "kept_pictures", "shards", "kept_shards")}
        return {**shown, "bytes": sum(shard.bytes for shard in folder.manifest.shards), **lost, **said}

    def settings(self) -> dict[str, object]:
        """What decides the content of the files."""
        return {name: value for name, value in asdict(self).items() if name not in ("target", "overwrite")}

    # -- inside ----------------------------------------------------------------------------------

    @property
    def _writer(self) -> Writer:
        return WRITERS[self.format]

    def _check(self) -> None:
        if not self.split or len(set(self.split)) < len(self.split):
            raise InputError(f"name each split once, found {', '.join(self.split) or 'none'}")
        if self.shard < 0:
            raise InputError(f"a shard has at least 1 picture (0: what suits the format), found {self.shard}")
        if self.balanced and "train" not in self.split:
            raise InputError("only the split train is balanced: add it, or leave out --balanced")
        self._balance()
        place(self.target)
        if self.format == "datasets":
            huggingface.require()

    def _balance(self) -> Balance:
        return Balance(ratio=self.ratio, repeats=self.repeats, least=self.least)

    def _folder(self, ws: Workspace) -> Folder:
        tables = {name: ws.table(name).version for name in TABLES}
        return Folder.open(self.target, plain(self.settings()), tables, self.overwrite)

    def _sets(self, ws: Workspace, clock: Clock | None = None) -> Iterator[tuple[str, TrainingSet, Order]]:
        """Every split that has pictures; `NotFoundError` where none has."""
        clock = clock or Clock()
        for split in self._filled(ws):
            with clock.reading():
                found = training_set(ws, split)
            with clock.computing():
                order = everything(found)
                if self.balanced and split == "train":
                    order = balanced(found, self._balance(), self.seed, self.epoch)
            yield split, found, order

    def _filled(self, ws: Workspace) -> list[Split]:
        table = ws.table("image_labels")
        filled: list[Split] = [split for split in self.split if table.count(f"split = {quoted(split)}")]
        if not filled:
            asked = ", ".join(self.split)
            raise NotFoundError(f"{ws.uri} has no labelled pictures in {asked}: run `saccade label` first")
        return filled

    def _shards(self, found: TrainingSet, order: Order) -> Iterator[tuple[str, slice]]:
        size, folder = self.shard or self._writer.shard, self._writer.folder
        for number, start in enumerate(range(0, len(order), size)):
            name = f"{folder}{found.split}-{number:05d}.{self._writer.ending}"
            yield name, slice(start, min(start + size, len(order)))

    def _write(
        self,
        ws: Workspace,
        folder: Folder,
        found: TrainingSet,
        order: Order,
        clock: Clock,
        progress: Progress,
    ) -> Counter[str]:
        """The shards of one split that are not there yet."""
        counts, source, classes = Counter[str](), Source(ws), _classes(found)
        for file, part in self._shards(found, order):
            kept = folder.holds(file)
            if kept is None:
                with clock.reading():
                    source.open(self._writer.data)
                blocks = source.blocks(
                    found, order.pictures[part], order.keys(found, part), self._writer.data
                )
                counting = _Counted(blocks, clock, progress)
                made = folder.add(file, lambda path, it=counting: self._fill(path, it, classes, clock))
                counts += Counter(pictures=made.pictures, shards=1)
            else:
                progress.advance(part.stop - part.start)
                counts += Counter(kept_pictures=kept.pictures, kept_shards=1)
        return counts

    def _fill(
        self, path: Path, blocks: _Counted, classes: Classes, clock: Clock
    ) -> tuple[int, dict[str, int]]:
        with clock.writing():
            self._writer.write(path, blocks, classes)
        return blocks.pictures, dict(blocks.lost)

    def _about(self, ws: Workspace, folder: Folder, found: TrainingSet) -> None:
        """Files beside the shards: all labels, and what the format needs."""
        rows = zip(found.label_ids.to_pylist(), found.names.to_pylist(), strict=True)
        said = [{"label_id": label, "name": name} for label, name in rows]
        folder.save()
        folder.text(LABELS, json.dumps(said, ensure_ascii=False, indent=0) + "\n")
        if self.format == "datasets":
            folder.text(CARD, huggingface.readme(self._filled(ws)))


class _Counted:
    """Blocks on their way into a shard: counts them, and keeps the wait for them out of the writing time."""

    def __init__(self, blocks: Iterator[Block], clock: Clock, progress: Progress) -> None:
        self._blocks, self._clock, self._progress = blocks, clock, progress
        self.pictures, self.lost = 0, Counter[str]()

    def __iter__(self) -> Iterator[Block]:
        return self

    def __next__(self) -> Block:
        before = self._clock.seconds["reading"]
        with self._clock.reading():
            block = next(self._blocks)
        self._clock.add("writing", before - self._clock.seconds["reading"])
        self.pictures += block.rows.num_rows
        self.lost += block.lost
        self._progress.advance(block.rows.num_rows + block.lost.total())
        return block


def _kept(folder: Folder) -> dict[str, int]:
    shards = folder.manifest.shards
    return {"kept_pictures": sum(shard.pictures for shard in shards), "shards": 0, "kept_shards": len(shards)}


def _classes(found: TrainingSet) -> Classes:
    return Classes.of(found.label_ids.to_pylist(), found.names.to_pylist())


def _lost(folder: Folder) -> Counter[str]:
    lost = Counter[str]()
    for shard in folder.manifest.shards:
        lost += Counter(shard.lost)
    return lost


def _lines(lost: Mapping[str, int]) -> list[str]:
    total = sum(lost.values())
    return [f"{total:,} labelled pictures could not be read and were left out"] if total else []
