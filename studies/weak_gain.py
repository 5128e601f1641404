"""The training experiment: raw labels against clustered, balanced ones, on the marketplace and on fashion.

Decided:
- `raw`: one class for each phrase, on every picture of which some source says it, all pictures alike often.
  `both`: the labels of `image_labels`, pictures drawn by `BALANCE`. Between them, to see what does what:
  `sure` (raw, but only phrases with a confidence of `SURE`, weighted by it), `balanced` (raw, drawn by
  `BALANCE`), `clustered` (`image_labels`, all pictures alike often). And before them `texts`: no pipeline at
  all, every run of 1 to `RUN` words as written that `SUPPORT` pictures have.
- Budgets are epochs. Clustered labels are learned sooner, and with time raw ones catch up; so a short budget
  (a web-scale set is seen a few times) and a long one are both reported.
- The stage's own split keeps `HELD` of the families out of training; they ask and answer.
- Tail classes of the marketplace are concepts (a look, also in a place or season, a colour in a place) that
  sellers could say of 1 to `RARE` of the pictures in training; a held-out picture belongs where the concept
  is true of it. Tail classes of fashion are article types of 1 to `RARE_TYPE` pictures in training. A class
  has at least `FEWEST` held-out pictures, and at most a fifth of them.

Not here: networks and measures (`weak_training`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from marketplace_truth import Truth, facts_of, number
from marketplace_words import name_of, plain_words
from weak_training import Flags, Ints, Recipe, Singles, Targets, class_precision, embed, standard, targets
from weak_workspaces import Labelled

from saccade.bazaar import Bazaar
from saccade.bazaar.phrases import concepts
from saccade.labels.balance.sampling import Balance

HELD = 0.3
RARE, RARE_TYPE = 10, 50
FEWEST, MOST = 5, 0.2
SURE = 0.5
BALANCE = Balance("power", ratio=100)
"""As the stage balances."""
VARIANTS = ("raw", "texts", "sure", "balanced", "clustered", "both")
RUN, SUPPORT = 4, 5


@dataclass(frozen=True, eq=False)
class Experiment:
    """seen: float32 [N, views, W] and held: [M, W] features; images: names of the N; classes: name → bool
    [M]; tail: names of the rare ones.
    """

    seen: Singles
    held: Singles
    images: list[str]
    classes: Mapping[str, Flags]
    tail: tuple[str, ...]

    @property
    def head(self) -> tuple[str, ...]:
        """Names of the classes that are not rare."""
        return tuple(name for name in self.classes if name not in set(self.tail))


def run(
    experiment: Experiment, labelled: Labelled, seeds: Sequence[int], epochs: int,
    variants: Sequence[str] = VARIANTS,
) -> dict[str, list[dict[str, float]]]:  # fmt: skip
    """Average precision of every class, for each variant and seed."""
    seen, held = standard(experiment.seen, experiment.held)
    recipe = Recipe()
    recipe = replace(recipe, steps=max(1, round(epochs * len(seen) / recipe.batch)))
    found: dict[str, list[dict[str, float]]] = {}
    for variant in variants:
        for seed in seeds:
            what = made(variant, labelled, experiment.images, seed)
            vectors = embed(seen, held, what, recipe, seed)
            found.setdefault(variant, []).append(class_precision(vectors, experiment.classes))
    return found


def made(variant: str, labelled: Labelled, images: list[str], seed: int) -> Targets:
    """The targets of a variant for the pictures of training."""
    place = {image: row for row, image in enumerate(images)}
    pairs = labelled.pairs
    if variant == "texts":
        said, names = runs(labelled)
        weights = np.ones(len(names))
    elif variant in ("clustered", "both"):
        rows = labelled.image_labels.select(["image_id", "label_id", "weight"]).to_pydict()
        said, names, weights = rows["image_id"], rows["label_id"], np.array(rows["weight"], np.float64)
    else:
        said, names = pairs.images, [str(row) for row in pairs.phrase.tolist()]
        weights = pairs.score if variant == "sure" else np.ones(len(names))
    enough = weights >= SURE if variant == "sure" else weights > 0
    kept = [row for row, image in enumerate(said) if enough[row] and image in place]
    balance = BALANCE if variant in ("balanced", "both") else None
    things = np.array([place[said[row]] for row in kept], np.int64)
    return targets(things, [names[row] for row in kept], weights[kept], len(images), balance, seed)


def runs(labelled: Labelled) -> tuple[list[str], list[str]]:
    """Pictures and runs of words in their texts, as written, in small letters."""
    rows = labelled.workspace.table("texts").read(["image_id", "text"]).to_pydict()
    found: dict[str, set[str]] = {}
    for image, text in zip(rows["image_id"], rows["text"], strict=True):
        words = plain_words("", text).split()
        for start in range(len(words)):
            for end in range(start + 1, min(start + RUN, len(words)) + 1):
                found.setdefault(" ".join(words[start:end]), set()).add(image)
    kept = [(image, name) for name, images in found.items() if len(images) >= SUPPORT for image in images]
    kept.sort()
    return [image for image, _ in kept], [name for _, name in kept]


def sides(labelled: Labelled, images: list[str]) -> tuple[list[str], list[str]]:
    """Pictures of training, and those that are held out."""
    train = set(labelled.image_labels.filter(_is_train(labelled)).column("image_id").to_pylist())
    return [image for image in images if image in train], [image for image in images if image not in train]


def market_experiment(market: Bazaar, truth: Truth, labelled: Labelled) -> Experiment:
    """The marketplace's pictures, and its rare concepts."""
    from weak_training import features

    every = [market.product(index).item_id for index in range(market.products)]
    train, held = ([number(image) for image in side] for side in sides(labelled, every))
    said = Truth(market, truth.words.normalise, strict=True)
    classes, rare = dict[str, Flags](), list[str]()
    for concept in concepts(market.seed).all:
        meaning = facts_of(concept)
        member, count = truth.of_meaning(meaning)[held], int(said.of_meaning(meaning)[train].sum())
        if count and FEWEST <= member.sum() <= MOST * len(held):
            classes[name_of(meaning)] = member
            rare += [name_of(meaning)] if count <= RARE else []
    seen = [[market.picture(index, view) for view in range(market.views)] for index in train]
    shape = (len(train), market.views, -1)
    flat = features([picture for views in seen for picture in views]).reshape(shape)
    shown = features([market.picture(index, 0) for index in held])
    return Experiment(flat, shown, [f"item-{index:06d}" for index in train], classes, tuple(rare))


def typed_experiment(
    types: Mapping[str, str], labelled: Labelled, read: Callable[[str], Singles]
) -> Experiment:
    """Pictures with one true type each: image → type. read: features of a picture, float32 [W]."""
    train, held = sides(labelled, sorted(types))
    kinds = np.array([types[image] for image in held])
    counts = {kind: sum(types[image] == kind for image in train) for kind in sorted(set(kinds.tolist()))}
    classes = {
        kind: kinds == kind
        for kind, count in counts.items()
        if count and FEWEST <= (kinds == kind).sum() <= MOST * len(held)
    }
    seen = np.stack([read(image) for image in train])[:, None]
    tail = tuple(kind for kind in classes if counts[kind] <= RARE_TYPE)
    return Experiment(seen, np.stack([read(image) for image in held]), train, classes, tail)


def chance(classes: Mapping[str, Flags], names: Sequence[str]) -> float:
    """About what a random ranking reaches: the mean share of relevant pictures."""
    shares = [(classes[name].sum() - 1) / (len(classes[name]) - 1) for name in names]
    return float(np.mean(shares)) if shares else float("nan")


def _is_train(labelled: Labelled) -> Ints:
    import pyarrow as pa

    split = labelled.image_labels.column("split").to_pylist()
    return pa.array([name == "train" for name in split])
