"""The two-step gate: an object counts when the text beside the picture and the detector both say so.

Step 1: do the words of the picture's items (category, title, texts, annotations) suggest a category; step 2:
the detector looks for it; what is kept is the conjunction (Jing et al. 2015, section 4.2, where text lets few
false alarms through and misses many, and the two errors hardly ever meet).

Decided: a category is suggested by its own name, as a run of whole words in singular or plural, or by the
words that the caller gives for it. Text is compared by lemma where simplemma is installed, else without a
final s. Not here: how good the gate is (`evaluation.detection_gate`).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from saccade.errors import InputError, NotFoundError
from saccade.labels.signals.lemmas import lemma
from saccade.vision.detections import Detections
from saccade.workspace.tables import any_of

if TYPE_CHECKING:
    from saccade.workspace.workspace import Workspace

_WORD = re.compile(r"[^\W_]+")
_PART = 2048
Words = Mapping[str, Sequence[str]]
Text = tuple[str, str]  # language, text


@dataclass(frozen=True)
class Gate:
    """Which categories a text suggests; `phrases` are (place of the category, base forms of its words)."""

    phrases: tuple[tuple[int, tuple[str, ...]], ...]

    @staticmethod
    def of(categories: Sequence[str], words: Words | None = None) -> Gate:
        """A gate for these categories.

        `words`: more phrases for a category, beside its own name. InputError for a category that is not
        there, and for a detector that knows no categories.
        """
        if tuple(categories) == ("object",):
            raise InputError("the gate needs a detector with categories, found one of objects of any kind")
        unknown = sorted(set(words or {}) - set(categories))
        if unknown:
            raise InputError(f"words for {', '.join(unknown[:5])}, which the detector does not know")
        phrases = [
            (place, bases("en", phrase))
            for place, name in enumerate(categories)
            for phrase in (name, *(words or {}).get(name, ()))
        ]
        return Gate(tuple((place, phrase) for place, phrase in phrases if phrase))

    def suggested(self, texts: Iterable[Text]) -> set[int]:
        """Places of the categories that one of the texts names."""
        found: set[int] = set()
        for language, text in texts:
            said = f" {' '.join(bases(language, text))} "
            found |= {place for place, phrase in self.phrases if f" {' '.join(phrase)} " in said}
        return found

    def keep(self, found: Detections, texts: Iterable[Text]) -> Detections:
        """The objects whose category the texts suggest."""
        return found.select(np.isin(found.labels, list(self.suggested(texts))))


def bases(language: str, text: str) -> tuple[str, ...]:
    """The base forms of the words of a text, in its order."""
    return tuple(_base(language or "en", word) for word in _WORD.findall(text.lower()))


@cache
def _simplemma() -> bool:
    return find_spec("simplemma") is not None


@cache
def _base(language: str, word: str) -> str:
    if _simplemma():
        return lemma(language, word)
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def read_words(file: str | Path) -> dict[str, list[str]]:
    """`{"category": ["phrase", ...]}` from a JSON file; one line for a file of something else."""
    place = Path(file)
    try:
        found = json.loads(place.read_text())
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {place}") from None
    except ValueError as error:
        raise InputError(f"{place} is not JSON: {error}") from None
    if not isinstance(found, dict) or not all(isinstance(value, list) for value in found.values()):
        raise InputError(f'{place}: expected {{"category": ["phrase", ...]}}, found something else')
    return {str(name): [str(phrase) for phrase in phrases] for name, phrases in found.items()}


def texts_of(ws: Workspace, image_ids: Sequence[str]) -> dict[str, list[Text]]:
    """What is said of these pictures: category and title of their items, texts, annotated phrases."""
    said: dict[str, list[Text]] = defaultdict(list)
    for start in range(0, len(image_ids), _PART):
        part = list(image_ids[start : start + _PART])
        _of_items(ws, part, said)
        for row in (
            ws.table("texts").read(["image_id", "text", "language"], any_of("image_id", part)).to_pylist()
        ):
            said[row["image_id"]].append((row["language"] or "en", row["text"]))
        _of_annotations(ws, part, said)
    return said


def _of_items(ws: Workspace, part: list[str], said: dict[str, list[Text]]) -> None:
    links = ws.table("item_images").read(["item_id", "image_id"], any_of("image_id", part)).to_pylist()
    items = ws.table("items").take(
        sorted({link["item_id"] for link in links}), ["item_id", "title", "category", "deleted"]
    )
    known = {row["item_id"]: row for row in items.to_pylist() if row["deleted"] is None}
    for link in links:
        row = known.get(link["item_id"], {})
        said[link["image_id"]] += [("en", row[name]) for name in ("category", "title") if row.get(name)]


def _of_annotations(ws: Workspace, part: list[str], said: dict[str, list[Text]]) -> None:
    rows = ws.table("annotations").read(["image_id", "phrase_id"], any_of("image_id", part)).to_pylist()
    named = ws.table("phrases").take(
        sorted({row["phrase_id"] for row in rows}), ["phrase_id", "phrase", "language"]
    )
    phrases = {row["phrase_id"]: (row["language"] or "en", row["phrase"]) for row in named.to_pylist()}
    for row in rows:
        if row["phrase_id"] in phrases:
            said[row["image_id"]].append(phrases[row["phrase_id"]])
