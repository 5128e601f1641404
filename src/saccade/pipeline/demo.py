"""The whole loop in minutes: a catalogue, its vectors, its index, an evaluation and a picture page.

Decided:
- Without a folder it draws the marketplace: products with titles and attributes, and camera photos of the
  same products as queries, whose answers are known. With a folder it ingests that, and asks with a few of
  its own pictures; there is no truth, so nothing is evaluated.
- The model is hand-made features fitted to the catalogue's own pictures (`pipeline/models.py`); the query
  photos are never seen, their products are. docs/decisions/demo-model.md has the figures against a small
  network trained on the spot, and why this won.
- Every step is a stage or skips what is done, so the demo can be stopped and started again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from saccade.bazaar import Bazaar
from saccade.catalog.dedup import Deduplicate
from saccade.catalog.ingest import Ingest
from saccade.discovery.engine import Engine
from saccade.discovery.query import Query
from saccade.discovery.show import answers_page
from saccade.errors import InputError
from saccade.evaluation.stage import Evaluate, table
from saccade.fingerprints.stage import Fingerprint
from saccade.fingerprints.store import keep_model
from saccade.index.stage import BuildIndex
from saccade.pipeline.models import fit_to_catalogue
from saccade.pipeline.recipe import remember, steps
from saccade.progress import SILENT, Progress
from saccade.workspace import Report, Stage, Workspace

SHOWN = 8  # queries on the page


@dataclass(frozen=True)
class Demo:
    """Settings of the demo.

    folder: where everything goes. data: a folder or list of your own pictures, None for the marketplace.
    products: of the marketplace. seed: of the marketplace and of the model.
    """

    folder: Path = Path("demo")
    data: str | None = None
    products: int = 1000
    seed: int = 0

    def run(self, progress: Progress = SILENT) -> Iterator[Report | str]:
        """Do the loop; yields each stage's report and, between them, lines for a person."""
        bazaar = self.folder / "bazaar"
        source = self.data or str(bazaar / "catalogue" / "items.jsonl")
        if self.data is None:
            yield self._draw(bazaar, progress)
        ws = Workspace(self.folder / "catalogue.saccade", create=True)
        self._check_source(ws, source)
        yield _stage(ws, Ingest(source), progress)
        if self.data is None:
            yield _stage(ws, Ingest(str(bazaar / "queries"), kind="folder", pictures_only=True), progress)
        yield _stage(ws, Deduplicate(), progress)
        model_id, how = self._model(ws, progress)
        yield f"model {model_id}: {how}"
        yield _stage(ws, Fingerprint(model_id), progress)
        yield _stage(ws, BuildIndex(model_id), progress)
        if self.data is None:
            yield _stage(ws, self._evaluation(bazaar, model_id), progress)
            yield table(ws)
        yield f"open {self._page(ws, bazaar)} in a browser"

    def _check_source(self, ws: Workspace, source: str) -> None:
        """A folder holds one demo: two catalogues in it would be searched as one."""
        known = [
            str(stage.source) for stage in steps(ws) if isinstance(stage, Ingest) and not stage.pictures_only
        ]
        if known and os.path.abspath(source) not in known:
            raise InputError(f"{self.folder} holds the demo of {known[0]}; name another folder with --folder")

    def _draw(self, folder: Path, progress: Progress) -> str:
        market = Bazaar(seed=self.seed, products=self.products)
        written = market.write(folder, workers=2, progress=progress)
        return f"marketplace: {self.products:,} products, {written.pictures:,} pictures in {folder}"

    def _model(self, ws: Workspace, progress: Progress) -> tuple[str, str]:
        """The model that is kept already, or a new one."""
        target = self.folder / "model"
        if (target / "config.json").is_file():
            return keep_model(ws, target), "made by an earlier run"
        how = fit_to_catalogue(ws, target, self.seed, progress)
        return keep_model(ws, target), how

    def _evaluation(self, bazaar: Path, model_id: str) -> Evaluate:
        return Evaluate(
            models=(model_id,), queries="folder=bazaar/queries", gallery="role=seller", by="item",
            qrels=str(bazaar / "queries" / "qrels.txt"),
        )  # fmt: skip

    def _page(self, ws: Workspace, bazaar: Path) -> Path:
        engine = Engine(ws)
        pairs = [(query, engine.search(query)) for query in self._queries(ws, bazaar)]
        intro = "Camera photos of products, and what was found for them in the catalogue."
        page = self.folder / "search.html"
        page.write_text(answers_page(engine, pairs, "saccade demo", intro), encoding="utf-8")
        return page

    def _queries(self, ws: Workspace, bazaar: Path) -> list[Query]:
        if self.data is None:
            photos = sorted((bazaar / "queries").glob("*.jpg"))[:: max(1, self.products * 2 // SHOWN)]
            return [Query(image=photo.read_bytes(), k=12) for photo in photos[:SHOWN]]
        items = ws.table("item_images").read(["item_id"])["item_id"].unique().to_pylist()
        if not items:
            raise InputError(f"{self.data} holds no picture that could be read")
        chosen = sorted(items)[:: max(1, len(items) // SHOWN)][:SHOWN]
        return [Query(item_id=item, k=12) for item in chosen]


def _stage(ws: Workspace, stage: Stage, progress: Progress) -> Report:
    report = stage.run(ws, progress)
    remember(ws, stage)
    return report
