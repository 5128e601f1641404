"""Labels out of phrases: a head phrase keeps one of its own, phrases of the tail share clusters.

Decided, our own choices:
- Head: the most supported phrases that make up `HEAD_SHARE` of all mentions, or those from a support on.
- Phrases that mean the same (`linking`) share a label: in the tail always, in the head where `share_heads`.
  The synonyms and translations of a head phrase in the tail then join it too.
- `clusters` bounds the labels of the tail: spherical k-means puts its groups together until they fit.
- Purity knows no truth: it is the mean cosine of a label's phrases to their mean, weighted by support.
- `parent` names the leading label (the most supported one) of a coarser cluster; the leader has none.

Not here: pictures (`images` and `weight` of the table), ids over versions (`versions`), moves (`moves`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.errors import InputError
from saccade.labels.clustering.kmeans import kmeans, means
from saccade.labels.clustering.linking import linked
from saccade.labels.clustering.versions import label_ids
from saccade.workspace.schemas import SPECS

Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

HEAD_SHARE = 0.5
"""Share of all mentions that head phrases make up by default."""
COLUMNS = ("label_id", "name", "kind", "phrases", "languages", "purity", "parent")


@dataclass(frozen=True)
class ClusterSettings:
    """head: families from which on a phrase is a head phrase, None for the most supported ones; clusters:
    most labels of the tail, None for as many as there are meanings; join: mean cosine from which phrases mean
    the same; share_heads: whether head phrases may share a label; parents: coarser clusters, 0 for none.
    """

    head: int | None = None
    clusters: int | None = None
    join: float = 0.9
    share_heads: bool = True
    parents: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.join <= 1:
            raise InputError(f"expected join above 0 and at most 1, found {self.join}")
        for name in ("head", "clusters"):
            if (value := getattr(self, name)) is not None and value < 1:
                raise InputError(f"expected {name} of 1 or more, found {value}")


@dataclass(frozen=True, eq=False)
class Labels:
    """table: rows of the table `labels` without `images` and `weight`; label: int32 [V], the row of each
    phrase, -1 for none (a phrase without any meaning).
    """

    table: pa.Table
    label: Codes


def make_labels(
    phrases: pa.Table, vectors: Floats, settings: ClusterSettings, before: pa.Table | None = None
) -> Labels:
    """The labels of a vocabulary.

    phrases: rows of the table `phrases`; vectors: float32 [V, dim] of them, rows of length 1, or of zeros for
    a phrase without meaning; before: the labels of the previous version, whose ids are kept.
    """
    support = phrases.column("support").to_numpy().astype(np.int64)
    head = head_phrases(support, settings.head)
    known = np.flatnonzero(np.linalg.norm(vectors, axis=1) > 0)
    groups = _grouped(vectors, support, head, known, settings)
    rows = _ordered(groups, support)
    label = np.full(len(support), -1, np.int32)
    for place, members in enumerate(rows):
        label[members] = place
    return Labels(_table(phrases, vectors, support, head, label, rows, settings, before), label)


def head_phrases(support: Rows, least: int | None = None) -> npt.NDArray[np.bool_]:
    """bool [V]: support of `least` or more, or the most supported with `HEAD_SHARE` of all mentions."""
    if least is not None:
        return support >= least
    order = np.argsort(-support, kind="stable")
    total = np.cumsum(support[order])
    found = np.zeros(len(support), np.bool_)
    found[order[: int(np.searchsorted(total, HEAD_SHARE * total[-1])) + 1 if len(order) else 0]] = True
    return found


def _grouped(
    vectors: Floats, support: Rows, head: npt.NDArray[np.bool_], known: Rows, settings: ClusterSettings
) -> list[Rows]:
    """Phrases of each label."""
    alone = known[head[known]] if not settings.share_heads else known[:0]
    rest = np.setdiff1d(known, alone)
    group = linked(vectors[rest], settings.join, settings.seed) if len(rest) else np.empty(0, np.int32)
    heads = np.zeros(int(group.max(initial=-1)) + 1, np.bool_)
    heads[group[head[rest]]] = True
    tail = ~heads[group]
    if settings.clusters is not None and tail.any():
        group[tail] = len(heads) + _fewer(vectors[rest[tail]], group[tail], support[rest[tail]], settings)
    order = np.argsort(group, kind="stable")
    parts = np.split(rest[order], np.flatnonzero(np.diff(group[order])) + 1) if len(rest) else []
    return [*parts, *(np.array([at]) for at in alone)]


def _fewer(vectors: Floats, group: Codes, support: Rows, settings: ClusterSettings) -> Codes:
    """Groups put together until there are at most `clusters`."""
    _, local = np.unique(group, return_inverse=True)
    count, weights = int(local.max()) + 1, np.maximum(support, 1).astype(np.float32)
    if count <= (settings.clusters or count):
        return local.astype(np.int32)
    centres, _ = means(vectors, local.astype(np.int32), weights, count)
    heavy = np.bincount(local, weights).astype(np.float32)
    return kmeans(centres, settings.clusters or count, heavy, seed=settings.seed).cluster[local]


def _ordered(groups: list[Rows], support: Rows) -> list[Rows]:
    """Labels by support, most first; phrases of a label too."""
    inside = [members[np.argsort(-support[members], kind="stable")] for members in groups]
    return sorted(inside, key=lambda members: (-int(support[members].sum()), int(members[0])))


def _table(
    phrases: pa.Table, vectors: Floats, support: Rows, head: npt.NDArray[np.bool_], label: Codes,
    rows: list[Rows], settings: ClusterSettings, before: pa.Table | None,
) -> pa.Table:  # fmt: skip
    ids, languages, names = (phrases.column(c).to_pylist() for c in ("phrase_id", "language", "phrase"))
    members = [[ids[at] for at in row] for row in rows]
    kinds = ["head" if head[row[0]] else "tail" for row in rows]
    found = label_ids(members, kinds, before)
    centres, purity = _purity(vectors, support, label, len(rows))
    made = {
        "label_id": found,
        "name": [_name([(languages[at], names[at]) for at in row]) for row in rows],
        "kind": kinds,
        "phrases": members,
        "languages": [sorted({languages[at] for at in row}) for row in rows],
        "purity": purity,
        "parent": _parents(centres, found, rows, support, settings),
    }
    fields = [SPECS["labels"].schema.field(name) for name in COLUMNS]
    return pa.table([pa.array(made[f.name], f.type) for f in fields], schema=pa.schema(fields))


def _name(members: list[tuple[str, str]]) -> str:
    """The most supported phrase, and that of each further language: "nordic kitchen / nordische Küche"."""
    first: dict[str, str] = {}
    for language, phrase in members:
        first.setdefault(language, phrase)
    return " / ".join(dict.fromkeys(first.values()))


def _purity(vectors: Floats, support: Rows, label: Codes, count: int) -> tuple[Floats, Floats]:
    """Mean directions float32 [labels, dim] and purities float32 [labels]."""
    known = np.flatnonzero(label >= 0)
    weights = np.maximum(support[known], 1).astype(np.float32)
    centres, _ = means(vectors[known], label[known], weights, count)
    cosine = np.einsum("nd,nd->n", vectors[known], centres[label[known]])
    total = np.bincount(label[known], weights, count)
    return centres, (np.bincount(label[known], weights * cosine, count) / np.maximum(total, 1e-12)).astype(
        np.float32
    )


def _parents(
    centres: Floats, ids: list[str], rows: list[Rows], support: Rows, settings: ClusterSettings
) -> list[str | None]:
    """The leading label of each label's coarser cluster; labels come most supported first."""
    if not settings.parents or not len(ids):
        return [None] * len(ids)
    heavy = np.array([support[row].sum() for row in rows], np.float32)
    cluster = kmeans(centres, settings.parents, np.maximum(heavy, 1), seed=settings.seed).cluster
    leader: dict[int, int] = {}
    for place, at in enumerate(cluster.tolist()):
        leader.setdefault(at, place)
    return [None if leader[at] == place else ids[leader[at]] for place, at in enumerate(cluster.tolist())]
