"""Ids of labels that stay the same from version to version.

Decided: a head label is named by its most supported phrase's id. A label of the tail keeps the id of the
earlier one of the tail with which it shares the most phrases; the greatest overlaps are settled first, and an
earlier id is given once. A new one is named by a hash of its phrases, so that two rebuilds agree.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa


def label_ids(members: Sequence[Sequence[str]], kinds: Sequence[str], before: pa.Table | None) -> list[str]:
    """The id of each label. members: ids of its phrases, most supported first; kinds: head or tail."""
    kept = _kept(members, kinds, before)
    return [
        phrases[0] if kind == "head" else kept.get(at) or new_id(phrases)
        for at, (phrases, kind) in enumerate(zip(members, kinds, strict=True))
    ]


def new_id(phrases: Sequence[str]) -> str:
    """16 hexadecimal digits that the phrases of a label decide, in any order."""
    return hashlib.blake2b("\n".join(["label", *sorted(phrases)]).encode(), digest_size=8).hexdigest()


def _kept(members: Sequence[Sequence[str]], kinds: Sequence[str], before: pa.Table | None) -> dict[int, str]:
    """Place of a label of the tail → the earlier id that it keeps."""
    if before is None:
        return {}
    columns = (before.column(name).to_pylist() for name in ("label_id", "kind", "phrases"))
    was = {
        phrase: name for name, kind, held in zip(*columns, strict=True) if kind == "tail" for phrase in held
    }
    shared = Counter(
        (at, was[phrase])
        for at, (phrases, kind) in enumerate(zip(members, kinds, strict=True))
        if kind == "tail"
        for phrase in phrases
        if phrase in was
    )
    kept: dict[int, str] = {}
    given: set[str] = set()
    for (at, name), _ in sorted(
        shared.items(), key=lambda pair: (-pair[1], pair[0][1], members[pair[0][0]][0])
    ):
        if at not in kept and name not in given:
            kept[at] = name
            given.add(name)
    return kept
