"""Weak labels of real packs against what is known of their pictures.

| pack | texts | what is true |
|---|---|---|
| fashion | product names | columns `base_colour` and `article_type` |
| coco | five captions a picture | categories of the boxes |
| flickr8k | four of five captions | whether the fifth says it too |
| ikea | descriptions | words of the columns `type` and `colours` |
| grocery | descriptions | the product's name and kind |

Decided: a *value* is a phrase that the truth can judge ("navy blue", "casual shoes", "dog"). The labelling
gets the values of coco and grocery as a dictionary, since both are too small to mine; the others are mined.
Beside it stands a plain keyword match in the same run: a value's words, as written, in a row in some text.
Precision and recall are over (picture, value), recall against all that is true, said or not; AUC is over
the pairs that some text says, beside that of a count of the texts that say it. Where there are thousands of
pairs, judges are asked about `ASKED` of them in one half of the families, and AUC is of the other half.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from weak_gain import Experiment, typed_experiment
from weak_market import hash_of, normalise
from weak_training import Singles, features
from weak_workspaces import Judged, Labelled, Text, fill, label

from saccade.metrics.calibration import roc_auc

SURE = 0.5
"""Confidence from which a label counts."""
ASKED = 1000
"""Pairs that judges are asked about."""
Facts = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Pack:
    """A pack. values: what the truth can judge, as people write it; true: picture → its values, in small
    letters; families: picture → what it belongs to; dictionary: the values are given and not mined.
    """

    name: str
    texts: list[Text]
    values: frozenset[str]
    true: Facts
    families: Mapping[str, str] = field(default_factory=dict[str, str])
    dictionary: bool = False


def packs(folder: Path) -> list[Pack]:
    """Every pack that is there."""
    made = {"fashion": fashion, "coco": coco, "flickr8k": flickr8k, "ikea": ikea, "grocery": grocery}
    return [make(folder / name) for name, make in made.items() if (folder / name).is_dir()]


def labelled(pack: Pack, folder: Path, **options: Any) -> Labelled:
    """The pack through the real stage."""
    ws = fill(folder, pack.texts, pack.families)
    given = [("en", value) for value in sorted(pack.values)] if pack.dictionary else []
    return label(ws, dictionary=given, languages=("en",), **options)


def measure(pack: Pack, done: Labelled) -> dict[str, float]:
    """Precision and recall at `SURE` and of a plain keyword match, and AUC over what is said."""
    rows = said(pack, done)
    ours = {pair for row in rows if row.score >= SURE for pair in row.pairs}
    plain = keywords(pack)
    true = {(image, value) for image, values in pack.true.items() for value in values}
    good = np.array([row.good for row in rows], bool)
    return {
        **_shares("", ours, true), **_shares("keyword_", plain, true),
        "auc": _auc([row.score for row in rows], good), "auc_texts": _auc([row.texts for row in rows], good),
        "said": float(len(good)), "true": float(len(true)), "phrases": float(len(done.pairs.phrases)),
    }  # fmt: skip


def learned(pack: Pack, done: Labelled) -> dict[str, float]:
    """AUC on one half of the families, without judges and with some who saw the other half."""
    rows = said(pack, done)
    asked = [row for row in rows if _first_half(pack, row.image)]
    chosen = np.random.default_rng(0).permutation(len(asked))[:ASKED]
    judged = [Judged(asked[i].image, asked[i].key, "en", asked[i].good) for i in sorted(chosen.tolist())]
    again = said(pack, label(done.workspace, judged, languages=("en",)))
    found: dict[str, float] = {}
    for name, every in (("auc_half", rows), ("auc_learned", again)):
        held = [row for row in every if not _first_half(pack, row.image)]
        found[name] = _auc([row.score for row in held], np.array([row.good for row in held], bool))
    return found


@dataclass(frozen=True)
class Row:
    """A value that is said of a picture. texts: how many say it; values: those that the key stands for, the
    true ones where there are any.
    """

    image: str
    key: str
    score: float
    texts: float
    good: bool
    values: frozenset[str]

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """(picture, value)."""
        return {(self.image, value) for value in self.values}


def said(pack: Pack, done: Labelled) -> list[Row]:
    """Every value that is said of a picture."""
    keys: dict[str, set[str]] = {}
    for value in pack.values:
        keys.setdefault(normalise("en", value), set()).add(value)
    pairs, found = done.pairs, list[Row]()
    texts = pairs.said.sum(axis=1).tolist()
    for image, key, score, count in zip(pairs.images, pairs.keys, pairs.score.tolist(), texts, strict=True):
        if (values := keys.get(key)) is not None:
            held = values & pack.true[image]
            found.append(Row(image, key, score, count, bool(held), frozenset(held or values)))
    return found


def keywords(pack: Pack) -> set[tuple[str, str]]:
    """(picture, value) for every value whose words stand in a row in a text, as written."""
    spoken: dict[str, str] = {}
    for text in pack.texts:
        spoken[text.image_id] = f"{spoken.get(text.image_id, '')} | {_plain(text.text)} "
    plain = {value: f" {_plain(value)} " for value in pack.values}
    return {
        (image, value) for image, said in spoken.items() for value, words in plain.items() if words in said
    }


def fashion(folder: Path) -> Pack:
    """Product names; colours and types are columns."""
    rows = [*_lines(folder / "train.jsonl"), *_lines(folder / "val.jsonl")]
    ids = {str(row["image"]): row for row in rows}
    true = {
        image: frozenset(str(row[name]).lower() for name in ("base_colour", "article_type") if row[name])
        for image, row in ids.items()
    }
    texts = [Text(image, "title", str(row["title"])) for image, row in ids.items()]
    families = {image: str(row["group"]) for image, row in ids.items()}
    return Pack("fashion", texts, frozenset().union(*true.values()), true, families)


def coco(folder: Path) -> Pack:
    """Pictures with captions; their boxes are true."""
    rows = [*_lines(folder / "train.jsonl"), *_lines(folder / "val.jsonl")]
    rows = [row for row in rows if row["captions"]]
    texts = [Text(str(row["image"]), "caption", said) for row in rows for said in row["captions"]]
    true = {str(row["image"]): frozenset(thing["label"] for thing in row["objects"]) for row in rows}
    names = frozenset(str(row["name"]) for row in _lines(folder / "categories.jsonl"))
    return Pack("coco", texts, names, true, dictionary=True)


def flickr8k(folder: Path) -> Pack:
    """Four writers speak; what the fifth says too is true, word by word."""
    texts: list[Text] = []
    true: dict[str, frozenset[str]] = {}
    for row in _lines(folder / "train.jsonl"):
        *said, last = row["captions"]
        texts += [Text(str(row["image"]), "caption", one) for one in said]
        true[str(row["image"])] = _words(last)
    return Pack("flickr8k", texts, frozenset().union(*true.values()), true)


def ikea(folder: Path) -> Pack:
    """Descriptions; the words of type and colours are true. Names mean nothing and are left out."""
    texts: list[Text] = []
    true: dict[str, frozenset[str]] = {}
    for row in _lines(folder / "products.jsonl"):
        image = str(row["image"])
        if row["description"]:
            texts.append(Text(image, "description", row["description"]))
            true[image] = _words(" ".join((row["type"], *row["colours"])))
    return Pack("ikea", texts, frozenset().union(*true.values()), true)


def grocery(folder: Path) -> Pack:
    """Descriptions of products; name and kind are true."""
    rows = _lines(folder / "products.jsonl")
    texts = [Text(str(row["image"]), "description", str(row["description"])) for row in rows]
    true = {
        str(row["image"]): frozenset({str(row["name"]).lower(), str(row["coarse"]).lower()}) for row in rows
    }
    return Pack("grocery", texts, frozenset().union(*true.values()), true, dictionary=True)


def fashion_experiment(folder: Path, done: Labelled) -> Experiment:
    """The pictures of fashion, and its rare article types."""
    rows = [*_lines(folder / "train.jsonl"), *_lines(folder / "val.jsonl")]

    def read(image: str) -> Singles:
        with Image.open(folder / image) as picture:
            return features([np.asarray(picture.convert("RGB").resize((96, 96)))])[0]

    return typed_experiment({str(row["image"]): str(row["article_type"]) for row in rows}, done, read)


def _shares(name: str, found: set[tuple[str, str]], true: set[tuple[str, str]]) -> dict[str, float]:
    hit = len(found & true)
    return {
        f"{name}precision": hit / len(found) if found else float("nan"),
        f"{name}recall": hit / len(true) if true else float("nan"),
    }


def _auc(score: list[float], good: NDArray[np.bool_]) -> float:
    return roc_auc(good, score) if len(good) else float("nan")


def _first_half(pack: Pack, image: str) -> bool:
    return hash_of(pack.families.get(image, image)) % 2 == 0


def _words(text: str) -> frozenset[str]:
    """Words that mean something."""
    from stopwordsiso import stopwords

    return frozenset(_plain(text).split()) - stopwords("en")


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.lower()).split())


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
