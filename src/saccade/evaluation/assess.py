"""`saccade assess`: measure a model that is kept as a candidate, complete its card, and so release it.

Vectors are made straight with the model and held in memory (`embed.py`); no table of fingerprints is filled
before the card is complete. Writes the card in `models/<model_id>/` and the files of a report under
`reports/evaluation/card-<model_id>/`.

Decided:
- What is asked follows from what was learnt, unless it is said: tasks of one or several labels are classified
  by, the label of a retrieval task is what makes a picture relevant.
- The baseline is the frozen model that training began with, where the workspace keeps it, or else the same
  architecture untrained. Both are asked the same, in floats and in bits, in domain and out of it.
- Groups are those of `groups`, or the classes of each task, or for retrieval alone the categories.
- What nobody stated is stated as unknown in words (the licence), never guessed.
- Any model can be assessed; one from elsewhere needs no card, but a measured one is better.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import ClassVar, Literal

import pyarrow as pa

from saccade.catalog.catalogue import ITEM, Catalogue
from saccade.catalog.selection import Selection
from saccade.errors import InputError, NotFoundError
from saccade.evaluation.answers import Answers, ask, steps
from saccade.evaluation.carded import gap_rows, group_rows, result_rows
from saccade.evaluation.cost import measure_cost
from saccade.evaluation.embed import Embedded, embed
from saccade.evaluation.folder import REPORTS, Folder, write_answers
from saccade.evaluation.labelled import group_names
from saccade.evaluation.questions import Asked, Questions
from saccade.evaluation.results import Results, results
from saccade.evaluation.retrieval import Leave
from saccade.evaluation.vectors import Fingerprints
from saccade.fingerprints.model import ModelRef, resolve
from saccade.fingerprints.store import kept_model, kept_models, put_card
from saccade.models.card import UNKNOWN, Assessment, Card, TrainingFacts, missing, read_card
from saccade.models.config import read_config
from saccade.models.folder import CONFIG, load_model
from saccade.progress import Progress
from saccade.workspace import Clock, Plan, Stage, Workspace
from saccade.workspace.lineage import Value, code_version


@dataclass(frozen=True)
class Assess(Stage):
    """Measure a kept model on held-out pictures and complete its card, which releases it to fingerprint."""

    name: ClassVar[str] = "assess"

    model: str
    """Id of a model that the workspace keeps."""
    queries: str = ""
    """Held-out pictures that ask (`folder=val`, `role=review`, ...)."""
    gallery: str = ""
    """Pictures that answer, and that teach tasks; empty: all."""
    out_of_domain: str = ""
    """More held-out pictures, of another kind."""
    same: str = ""
    """What makes a picture relevant: `item`, `category`, an attribute; by default what was learnt."""
    qrels: str | None = None
    """A TREC or Parquet file of judgements instead of `same`."""
    tasks: tuple[str, ...] = ()
    """Labels to classify by; by default those that were learnt."""
    groups: str = ""
    """Attribute or task by which results are parted, such as skin_tone."""
    by: Literal["image", "item"] = "image"
    """Rank pictures, or items by their best picture."""
    leave_out: tuple[Leave, ...] = ("self",)
    """What may not answer a query: its own picture, pictures of its item, its near-duplicates."""
    baseline: str = ""
    """A kept model or a model folder to compare with; by default the one that training began with."""
    licence: str = ""
    """Of the weights, where the card does not say it."""
    intended_use: str = ""
    """A sentence for the card, instead of what it says."""
    out_of_scope: str = ""
    """A sentence for the card, instead of what it says."""
    limitations: str = ""
    """A sentence for the card, instead of what it says."""
    waive: tuple[str, ...] = ()
    """Parts that cannot be measured, as `part: reason`; parts are out_of_domain, groups, baseline."""
    seed: int = 0
    """Of the bootstrap and the randomisation test."""

    def plan(self, ws: Workspace) -> Plan:
        """How many pictures would be embedded, at most, by the model and its baseline."""
        place, model = self._model(ws)
        if self._unchanged(ws, model):
            return Plan(self.name, 0, "pictures")
        catalogue = Catalogue(ws)
        images = _images(catalogue, self._questions(read_card(place), catalogue))
        return Plan(self.name, 2 * len(images), "pictures")

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        with clock.reading():
            place, model = self._model(ws)
            if self._unchanged(ws, model):
                return {"queries": 0, "note": "nothing changed since its card was filled"}
            catalogue, card = Catalogue(ws), self._stated(read_card(place))
            questions = self._questions(card, catalogue)
            images = _images(catalogue, questions)
        own = embed(ws, model, images, clock, progress)
        base = self._base(ws, card, place, own, clock, progress)
        asked, questions = _asked(catalogue, questions, own, base)
        mine, theirs = self._answers(asked, questions, own, base, clock, progress)
        with clock.computing():
            found = results(catalogue, questions, asked, mine + theirs)
            rows = result_rows(catalogue, questions, asked, mine, theirs if base else None)
            assessment = Assessment(
                model.model_id, base.model.model_id if base else "", self.queries, self.gallery,
                self.out_of_domain, code_version(), tuple(rows),
                tuple(group_rows(found.grouped, model.model_id)),
                tuple(gap_rows(found.grouped, model.model_id)),
            )  # fmt: skip
            cost = measure_cost(own, place, ws.local_dir("cache"))
        with clock.writing():
            done = replace(card, assessment=assessment, cost=cost)
            self._write(ws, model, asked, mine + theirs, found, done)
        return _counts(ws, asked, found, done, model.model_id)

    # -- what is asked ---------------------------------------------------------------------------

    def _model(self, ws: Workspace) -> tuple[Path, ModelRef]:
        place = kept_model(ws, self.model)
        return place, resolve(place, ws.local_dir("cache"))

    def _questions(self, card: Card, catalogue: Catalogue) -> Questions:
        if not self.queries:
            raise InputError("say which pictures training never saw, such as --queries folder=val")
        values = {one.name: getattr(self, one.name) for one in fields(Questions) if hasattr(self, one.name)}
        questions = Questions(**values)
        if not (self.tasks or self.same or self.qrels) and card.facts:
            tasks, same = _learnt(card.facts, catalogue)
            questions = replace(questions, tasks=tasks, same=same)
        questions.check()
        return questions

    def _stated(self, card: Card) -> Card:
        """The card with what the settings state, and what can be said of a licence that nobody stated."""
        own = ("licence", "intended_use", "out_of_scope", "limitations")
        said = {name: getattr(self, name) for name in own if getattr(self, name)}
        waived = dict(card.waived)
        for text in self.waive:
            part, _, reason = text.partition(":")
            waived[part.strip()] = reason.strip()
        card = replace(card, **said, waived=waived)
        if card.origin == "trained" and card.licence == UNKNOWN:
            begun = card.facts.base if card.facts else "the base model"
            text = f"not stated: see the licences of the weights it began with ({begun}) and of its pictures"
            card = replace(card, licence=text)
        return card

    def _base(
        self, ws: Workspace, card: Card, place: Path, own: Embedded, clock: Clock, progress: Progress
    ) -> Embedded | None:
        if "baseline" in card.waived:
            return None
        cache = ws.local_dir("cache")
        wanted = self.baseline or (card.facts.base if card.facts else "")
        if wanted in kept_models(ws):
            model = resolve(kept_model(ws, wanted), cache)
        elif self.baseline:
            model = resolve(self.baseline, cache)
        elif card.origin == "trained":
            model = _untrained(place)
        else:
            return None
        if model.model_id == own.model.model_id:
            raise InputError(f"{model.model_id} cannot be its own baseline: name another")
        return embed(ws, model, own.vectors.ids, clock, progress)

    def _answers(
        self, asked: Asked, questions: Questions, own: Embedded, base: Embedded | None, clock: Clock,
        progress: Progress,
    ) -> tuple[Answers, Answers]:  # fmt: skip
        progress.start("assess", steps(asked) * (2 if base else 1))
        mine = ask(asked, questions, own.model.model_id, _of(own), clock, progress)
        theirs = ask(asked, questions, base.model.model_id, _of(base), clock, progress) if base else Answers()
        progress.stop()
        return mine, theirs

    # -- writing ---------------------------------------------------------------------------------

    def _write(
        self, ws: Workspace, model: ModelRef, asked: Asked, answers: Answers, found: Results, card: Card
    ) -> None:
        put = Folder(ws, _folder(model.model_id))
        write_answers(put, asked, answers)
        put.text("table.md", f"# Assessment of {model.model_id}\n\n{found.markdown()}")
        put_card(ws, model.model_id, card)
        about = {"signature": self._signature(ws, model), "settings": asdict(self), **found.as_json()}
        put.text("metrics.json", json.dumps(about, indent=1))

    def _unchanged(self, ws: Workspace, model: ModelRef) -> bool:
        try:
            known = json.loads(ws.read_bytes(f"{_folder(model.model_id)}/metrics.json"))["signature"]
        except (NotFoundError, ValueError, KeyError, TypeError):
            return False
        measured = read_card(kept_model(ws, model.model_id)).assessment
        return measured is not None and known == self._signature(ws, model)

    def _signature(self, ws: Workspace, model: ModelRef) -> str:
        names = ("images", "sources", "items", "item_images", "duplicates", "tasks")
        state: dict[str, object] = {name: ws.table(name).version for name in names}
        state |= {"settings": asdict(self), "code": code_version(), "model": model.model_id}
        if self.qrels and Path(self.qrels).is_file():
            state["qrels"] = hashlib.blake2b(Path(self.qrels).read_bytes()).hexdigest()
        return hashlib.blake2b(json.dumps(state, sort_keys=True).encode(), digest_size=16).hexdigest()


def _learnt(facts: TrainingFacts, catalogue: Catalogue) -> tuple[tuple[str, ...], str]:
    """Labels to classify by and the label of relevance, of what was learnt and the catalogue knows."""
    known = {"category", *catalogue.attributes(), *catalogue.tasks["task"].to_pylist()}
    labels = dict.fromkeys(one.label for one in facts.tasks if one.kind in ("single", "multi"))
    tasks = tuple(label for label in labels if label in known)
    same = [one.label for one in facts.tasks if one.label == ITEM or one.kind == "retrieval"]
    return tasks, next((label for label in same if label in {ITEM, *known}), "")


def _images(catalogue: Catalogue, questions: Questions) -> pa.Array:
    """Every picture that asks or answers, ascending."""
    texts = [
        questions.queries,
        questions.gallery,
        *([questions.out_of_domain] * bool(questions.out_of_domain)),
    ]
    chosen = [Selection.parse(text).images(catalogue) for text in texts]
    return pa.array(sorted(set().union(*(ids.to_pylist() for ids in chosen))), pa.string())


def _asked(
    catalogue: Catalogue, questions: Questions, own: Embedded, base: Embedded | None
) -> tuple[Asked, Questions]:
    """What both can be asked, by groups of category where nothing else parts the results."""
    available = base.vectors.ids if base else own.vectors.ids
    if not (questions.groups or questions.tasks):
        queries = Selection.parse(questions.queries).images(catalogue)
        known = catalogue.items["category"].null_count < len(catalogue.items)
        if known and len({name for name in group_names(catalogue, "category", queries) if name}) > 1:
            questions = replace(questions, groups="category")
    return questions.asked(catalogue, available), questions


def _of(embedded: Embedded):
    def vectors(_: str, images: pa.Array) -> Fingerprints:
        return embedded.vectors.of(images)

    return vectors


def _untrained(place: Path) -> ModelRef:
    """The same architecture with random weights (seed 0), without the embedding head."""
    config = read_config(place / CONFIG)
    model = load_model(
        config.architecture, pretrained=False, kwargs=config.kwargs, preprocess=config.preprocess,
        name=f"untrained-{config.architecture}",
    )  # fmt: skip
    return resolve(model)


def _folder(model_id: str) -> str:
    return f"{REPORTS}/card-{model_id}"


def _counts(ws: Workspace, asked: Asked, found: Results, card: Card, model_id: str) -> dict[str, Value]:
    lacks = missing(card, model_id)
    verdict = f"still lacks {', '.join(lacks)}" if lacks else "is complete"
    return {
        "queries": len(asked.queries), "gallery": len(asked.gallery), **found.headline(),
        "note": f"the card in {ws.path(f'models/{model_id}')} {verdict}",
    }  # fmt: skip
