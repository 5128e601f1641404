"""What moved between two versions of the labels: phrases that changed label, labels born and gone."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class Moves:
    """moved: (phrase_id, label before, label now) of phrases in both versions; born, gone: label ids; share:
    moved phrases among those in both versions, 0..1.
    """

    moved: tuple[tuple[str, str, str], ...]
    born: tuple[str, ...]
    gone: tuple[str, ...]
    share: float


def moves(before: pa.Table, now: pa.Table) -> Moves:
    """Compare two versions of the table `labels` (columns `label_id`, `phrases`)."""
    old, new = _by_phrase(before), _by_phrase(now)
    both = sorted(old.keys() & new.keys())
    moved = tuple((phrase, old[phrase], new[phrase]) for phrase in both if old[phrase] != new[phrase])
    was, are = set(before.column("label_id").to_pylist()), set(now.column("label_id").to_pylist())
    share = len(moved) / len(both) if both else 0.0
    return Moves(moved, tuple(sorted(are - was)), tuple(sorted(was - are)), share)


def _by_phrase(labels: pa.Table) -> dict[str, str]:
    columns = (labels.column(name).to_pylist() for name in ("label_id", "phrases"))
    return {phrase: name for name, held in zip(*columns, strict=True) for phrase in held}
