"""The whole loop in minutes: a catalogue, its vectors, its index, an evaluation, ready to be served.

Decided:
- Without a folder it draws the marketplace: products with titles, texts, boards and logged visits, scenes,
  and camera photos of the same products as queries, whose answers are known. With a folder it ingests that;
  there is no truth, so nothing is evaluated.
- The model is hand-made features fitted to the catalogue's own pictures (`pipeline/models.py`), unless
  another is named; the query photos are never seen, their products are. docs/decisions/demo-model.md has the
  figures against a small network trained on the spot, and why this won.
- Objects are those of the scenes that a labelling job has boxed; no detector is trained here.
- Every step is a stage or skips what is done, so the demo can be stopped and started again.
Not here: the service that shows it, which the command line starts.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from saccade.bazaar import Bazaar
from saccade.catalog.dedup import Deduplicate
from saccade.catalog.imports import Import
from saccade.catalog.ingest import Ingest
from saccade.discovery.complete.stage import FitComplete
from saccade.errors import InputError
from saccade.evaluation.stage import Evaluate, table
from saccade.fingerprints.colours import Colours
from saccade.fingerprints.stage import Fingerprint
from saccade.fingerprints.store import keep_model, kept_models
from saccade.index.stage import BuildIndex
from saccade.labels.stage import Label
from saccade.pipeline.models import fit_to_catalogue
from saccade.pipeline.recipe import remember, steps
from saccade.progress import SILENT, Progress
from saccade.workspace import Report, Stage, Workspace

HANDMADE = "handmade"
LISTS = ("texts", "boards", "board_items", "events")
# For each product: scenes, people with boards, logged visits.
SCENES, PEOPLE, SESSIONS = 0.2, 0.1, 0.7
SIZE = 192  # pixels of a picture: twice the time of 128, and a page that is pleasant to look at


@dataclass(frozen=True)
class Demo:
    """Settings of the demo.

    folder: where everything goes. data: a folder or list of your own pictures, None for the marketplace.
    products: of the marketplace. seed: of the marketplace and of the model. model: `handmade`, the id of a
    model that the workspace keeps, a model folder, or the timm name of a network whose weights are fetched.
    """

    folder: Path = Path("demo")
    data: str | None = None
    products: int = 3000
    seed: int = 0
    model: str = HANDMADE

    @property
    def workspace(self) -> Path:
        """Where the workspace is."""
        return self.folder / "catalogue.saccade"

    def run(self, progress: Progress = SILENT) -> Iterator[Report | str]:
        """Do the loop; yields each stage's report and, between them, lines for a person."""
        bazaar = self.folder / "bazaar"
        if self.data is None:
            yield self._draw(bazaar, progress)
        ws = Workspace(self.workspace, create=True)
        self._check_source(ws, self.data or str(bazaar / "catalogue" / "items.jsonl"))
        for stage in self._sources(bazaar):
            yield _stage(ws, stage, progress)
        yield _stage(ws, Deduplicate(), progress)
        model_id, how = self._model(ws, progress)
        yield f"model {model_id}: {how}"
        yield _stage(ws, Fingerprint(model_id), progress)
        yield _stage(ws, BuildIndex(model_id), progress)
        yield from self._discovery(ws, model_id, progress)
        if self.data is None:
            yield _stage(ws, self._evaluation(bazaar, model_id), progress)
            yield table(ws)
            yield from self._labels(ws, progress)
        elif not ws.table("item_images").count():
            raise InputError(f"{self.data} holds no picture that could be read")
        elif ws.table("texts").count():
            yield from self._labels(ws, progress)

    def _sources(self, bazaar: Path) -> list[Stage]:
        """What brings the catalogue in: items first, since lists name them."""
        if self.data is not None:
            return [Ingest(self.data)]
        shop = bazaar / "catalogue"
        pictures = [Ingest(str(bazaar / "photos"), kind="folder", role="review", pictures_only=True)]
        for name in ("scenes.jsonl", "annotations.json"):
            if (bazaar / "scenes" / name).is_file():
                pictures.append(Ingest(str(bazaar / "scenes" / name), role="scene", pictures_only=True))
        lists = [Import(name, str(shop / f"{name}.jsonl")) for name in LISTS]
        return [Ingest(str(shop / "items.jsonl")), *pictures, *lists]

    def _discovery(self, ws: Workspace, model_id: str, progress: Progress) -> Iterator[Report | str]:
        """What the page's products need: colours, objects with an index of their own, what goes together."""
        yield _stage(ws, Colours(), progress)
        if ws.table("objects").count():
            yield _stage(ws, Fingerprint(model_id, store="objects"), progress)
            yield _stage(ws, BuildIndex(model_id, index="objects", store="objects"), progress)
            yield f"a scene with dots is at /search?image={_richest(ws)}"
        try:
            yield _stage(ws, FitComplete(model_id), progress)
        except InputError as error:
            yield f"nothing learned about what goes together: {error}"

    def _labels(self, ws: Workspace, progress: Progress) -> Iterator[Report | str]:
        """Weak labels from the texts, after the evaluation, whose questions they leave out; a catalogue whose
        texts say too little goes on without.
        """
        try:
            yield _stage(ws, Label(), progress)
        except InputError as error:
            yield f"no labels: {error}"

    def _check_source(self, ws: Workspace, source: str) -> None:
        """A folder holds one demo: two catalogues in it would be searched as one."""
        known = [
            str(stage.source) for stage in steps(ws) if isinstance(stage, Ingest) and not stage.pictures_only
        ]
        if known and os.path.abspath(source) not in known:
            raise InputError(f"{self.folder} holds the demo of {known[0]}; name another folder with --folder")

    def _draw(self, folder: Path, progress: Progress) -> str:
        share = (SCENES, PEOPLE, SESSIONS)
        scenes, people, sessions = (round(self.products * one) for one in share)
        market = Bazaar(
            seed=self.seed,
            products=self.products,
            size=SIZE,
            photos=1,
            scenes=scenes,
            people=people,
            sessions=sessions,
        )
        written = market.write(folder, workers=len(os.sched_getaffinity(0)), progress=progress)
        return (
            f"marketplace: {self.products:,} products, {scenes:,} scenes, {people:,} people with boards, "
            f"{sessions:,} visits; {written.pictures:,} pictures drawn into {folder}"
        )

    def _model(self, ws: Workspace, progress: Progress) -> tuple[str, str]:
        """The model that is wanted: kept already, in a folder, by name, or fitted here."""
        if self.model != HANDMADE:
            return _named(ws, self.model)
        target = self.folder / "model"
        if (target / "config.json").is_file():
            return keep_model(ws, target), "made by an earlier run"
        how = fit_to_catalogue(ws, target, self.seed, progress)
        return keep_model(ws, target), how

    def _evaluation(self, bazaar: Path, model_id: str) -> Evaluate:
        return Evaluate(
            models=(model_id,), queries="folder=bazaar/photos", gallery="role=seller", by="item",
            qrels=str(bazaar / "truth" / "qrels.txt"),
        )  # fmt: skip


def _richest(ws: Workspace) -> str:
    """The picture with the most objects, the first of equals."""
    counts = Counter(ws.table("objects").read(["image_id"])["image_id"].to_pylist())
    return min(counts, key=lambda image: (-counts[image], image))


def _named(ws: Workspace, name: str) -> tuple[str, str]:
    if name in kept_models(ws):
        return name, "kept by the workspace"
    if Path(name).is_dir():
        return keep_model(ws, Path(name)), f"from {name}"
    from saccade.models.folder import load_model

    return keep_model(ws, load_model(name, pretrained=True)), f"{name} with its published weights"


def _stage(ws: Workspace, stage: Stage, progress: Progress) -> Report:
    report = stage.run(ws, progress)
    remember(ws, stage)
    return report
