"""What the user may say about a labelling: the fields of the stage, checked, and cut to what each part wants.

Decided: one flat dataclass, because its fields are the options of the command; parts get small settings of
their own from it. `engine` and `workers` say where the work is done and change nothing in the result.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from saccade.errors import InputError, NotFoundError
from saccade.labels.balance.evaluations import evaluation_images
from saccade.labels.engine import Engine
from saccade.workspace import Workspace

SCORERS = ("auto", "unsupervised", "logistic", "lightgbm")
INPUTS = (
    "texts",
    "item_images",
    "duplicates",
    "boards",
    "board_items",
    "events",
    "objects",
    "images",
    "judgements",
)
"""Tables whose versions a labelling depends on."""
CODE = 1
"""Changes when the same input would give another result."""


@dataclass(frozen=True)
class Options:
    """The options of `saccade label`; see `stage.Label`, which adds nothing to them."""

    sources: tuple[str, ...] = ()
    """Kinds of text to use (title, query, alt, ...); all by default."""
    languages: tuple[str, ...] = ()
    """Languages that occur, as ISO 639-1 codes (en de); found out by default."""
    dictionary: str | None = None
    """A file of phrases to look for (txt, csv, jsonl, parquet); mined from the texts by default."""
    block: str | None = None
    """A file of phrases that must not become labels, nor any phrase that holds one."""
    support: int = 5
    """Families (items with their near-duplicates) that must say a phrase before it is mined."""
    agree: int = 2
    """Kinds of text that must say it, where the catalogue has as many."""
    size: int = 500_000
    """Most phrases of a mined vocabulary."""
    judged: str | None = None
    """A list of judged pairs (image_id or item_id, phrase, good) to learn confidences from."""
    scorer: str = "auto"
    """auto, unsupervised, or learned from --judged: logistic, lightgbm."""
    floor: float = 0.1
    """Confidence below which an annotation is not kept."""
    threshold: float = 0.5
    """Confidence from which an annotation makes a label of a picture."""
    vectors: str = "corpus"
    """Where meanings of phrases come from: corpus, or the name or folder of a sentence-transformers model."""
    model: str | None = None
    """A model with fingerprints: pictures then help to tell what can be seen and to join what looks alike."""
    clusters: int | None = None
    """Clusters for the tail of rare phrases; chosen from the texts by default."""
    head: int | None = None
    """Families from which on a phrase keeps a label of its own; chosen by default."""
    parents: int = 0
    """Coarser clusters above the labels, for a hierarchy (`labels.parent`); 0 for none."""
    per_image: int = 16
    """Most labels of a picture."""
    ratio: float = 100.0
    """Bound on the most drawn label over the least drawn one in an epoch."""
    val: float = 0.05
    """Share of the families in split val."""
    test: float = 0.05
    """Share of the families in split test."""
    card: bool = True
    """Write the label card with its pictures."""
    seed: int = 0
    """Of everything that is drawn."""
    engine: str = "local"
    """local, or ray: the cluster that Ray finds."""
    workers: int = 0
    """Buckets under way at once; one a core by default."""

    def check(self) -> None:
        """Raises `InputError` for values that cannot be used."""
        Engine(self.engine, self.workers)
        if self.scorer not in SCORERS:
            raise InputError(f"expected the scorer {', '.join(SCORERS)}, found {self.scorer!r}")
        if self.scorer in ("logistic", "lightgbm") and self.judged is None:
            raise InputError(
                f"the scorer {self.scorer} learns from judged pairs: name a list of them with --judged"
            )
        limits = {
            "floor": (0.0, 1.0),
            "threshold": (0.0, 1.0),
            "ratio": (1.0, 1e12),
            "val": (0.0, 0.5),
            "test": (0.0, 0.5),
            "per_image": (1, 10_000),
            "support": (1, 10**9),
            "agree": (1, 64),
            "size": (1, 10**8),
            "workers": (0, 4096),
            "parents": (0, 10**6),
        }
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise InputError(f"expected {name} from {low:g} to {high:g}, found {getattr(self, name)}")
        if self.floor > self.threshold:
            raise InputError(f"floor {self.floor} is above threshold {self.threshold}: lower it")
        for name in ("clusters", "head"):
            if (value := getattr(self, name)) is not None and value < 1:
                raise InputError(f"expected {name} of 1 or more, found {value}")


def digest(options: Options, inputs: dict[str, object]) -> str:
    """Names a labelling: equal for equal settings and inputs, wherever it runs."""
    said = {key: value for key, value in asdict(options).items() if key not in ("engine", "workers", "card")}
    text = json.dumps([CODE, said, inputs], sort_keys=True, default=str)
    return _digest(text)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


def inputs(ws: Workspace, options: Options) -> dict[str, object]:
    """What a labelling depends on: versions of tables, and the contents of the files that it names."""
    found: dict[str, object] = {name: ws.table(name).version for name in INPUTS}
    found["evaluations"] = _digest(str(evaluation_images(ws).sort_by("image_id").to_pydict()))
    if options.model is not None:
        found[f"fingerprints/{options.model}"] = ws.fingerprints(options.model).version
    for name in ("dictionary", "block", "judged"):
        if (path := getattr(options, name)) is not None:
            found[name] = _content(name, path)
    return found


def _content(name: str, path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()
    except FileNotFoundError:
        raise NotFoundError(f"--{name}: there is no file {path}") from None
    except OSError as error:
        raise InputError(f"--{name}: {path} cannot be read: {error.strerror}") from error
