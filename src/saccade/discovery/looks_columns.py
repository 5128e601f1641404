"""Tables of pictures as sorted arrays, so that many pictures are looked up in microseconds.

Decided: one row of an array is one fact (an annotation, a colour, a box); its key is the 16 bytes of an id,
kept once a picture with the place where its rows begin. The same classes hold a whole table for a service and
the few rows that one command read, so that both give the same answers.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from saccade.discovery.answer import Part
from saccade.fingerprints.keys import find, keys_of
from saccade.vision.boxes import clip

Ints = NDArray[np.int64]
CERTAIN = 0.5  # an annotation below this score is not taken for true of its picture: our own choice


class Keyed:
    """Where the rows of each id are; `order` [N] sorts the columns that go with it."""

    def __init__(self, ids: pa.ChunkedArray) -> None:
        keys = keys_of(ids.combine_chunks())
        self.order = np.argsort(keys, kind="stable")
        keys = keys[self.order]
        fresh = np.ones(len(keys), bool)
        fresh[1:] = keys[1:] != keys[:-1]
        first = np.flatnonzero(fresh)
        self._keys, self._starts = keys[first], np.append(first, len(keys))

    def find(self, ids: Sequence[str]) -> tuple[Ints, Ints]:
        """Of every row that belongs to one of `ids`: which of them (ascending), and the place of the row."""
        at = find(self._keys, keys_of(pa.array(ids, pa.string())))
        counts = np.where(at >= 0, self._starts[at + 1] - self._starts[at], 0)
        which = np.repeat(np.arange(len(at)), counts)
        before = np.repeat(np.cumsum(counts) - counts, counts)
        return which, self._starts[at][which] + np.arange(len(which)) - before


class Phrases(NamedTuple):
    """What may be said of pictures, by code: id, text, language, folded words, share 0..1 of all pictures."""

    ids: pa.StringArray
    texts: pa.StringArray
    languages: pa.StringArray
    keys: pa.StringArray
    shares: NDArray[np.float64]


class Said(NamedTuple):
    """Annotations of some pictures: which of them (ascending), the phrase's code, how sure it is (0..1)."""

    which: Ints
    codes: Ints
    scores: NDArray[np.float32]
    phrases: Phrases


class Annotated:
    """Annotations by picture. rows: image_id, phrase_id; phrases: rows of the table of that name."""

    def __init__(self, rows: pa.Table, phrases: pa.Table, counts: Ints | None, pictures: int) -> None:
        names = phrases["phrase_id"].combine_chunks()
        codes = pc.index_in(rows["phrase_id"], value_set=names).fill_null(-1).to_numpy()
        rows, codes = rows.filter(pa.array(codes >= 0)), codes[codes >= 0]
        self._keyed = Keyed(rows["image_id"])
        self._codes = codes.astype(np.int32)[self._keyed.order]
        self._scores = rows["score"].to_numpy().astype(np.float32)[self._keyed.order]
        found = np.bincount(codes, minlength=len(names)) if counts is None else counts
        texts, languages, keys = (_texts(phrases[name]) for name in ("phrase", "language", "key"))
        self.phrases = Phrases(names, texts, languages, keys, found / max(pictures, 1))

    def find(self, image_ids: Sequence[str]) -> Said:
        which, rows = self._keyed.find(image_ids)
        return Said(which, self._codes[rows].astype(np.int64), self._scores[rows], self.phrases)


class Named:
    """One text for each id: the group of copies that a picture is in, its label for a task."""

    def __init__(self, ids: pa.ChunkedArray, texts: pa.ChunkedArray) -> None:
        self._keyed = Keyed(ids)
        coded = _coded(texts)
        self._words = coded.dictionary.to_pylist()
        self._codes = coded.indices.to_numpy()[self._keyed.order]

    def find(self, ids: Sequence[str]) -> list[str | None]:
        """The (first) text of each id, None where there is none."""
        found: list[str | None] = [None] * len(ids)
        which, rows = self._keyed.find(ids)
        for place, code in zip(which[::-1].tolist(), self._codes[rows][::-1].tolist(), strict=True):
            found[place] = self._words[code]
        return found


class Tones(NamedTuple):
    """Colours of some pictures, the largest first in each: which picture, CIE Lab [N, 3], share, family."""

    which: Ints
    lab: NDArray[np.float32]
    shares: NDArray[np.float32]
    codes: Ints
    names: list[str]


class Coloured:
    """Salient colours by id. rows: those of the table `colours` that are ok."""

    def __init__(self, rows: pa.Table) -> None:
        shares = rows["shares"].combine_chunks()
        each = pc.list_parent_indices(shares)
        self._keyed = Keyed(pa.chunked_array([rows["id"].combine_chunks().take(each)], pa.string()))
        order = self._keyed.order
        lab = rows["lab"].combine_chunks().flatten().to_numpy().reshape(-1, 3)
        coded = _coded(pa.chunked_array([rows["names"].combine_chunks().flatten()], pa.string()))
        self._lab, self._shares = lab[order], shares.flatten().to_numpy()[order]
        self._codes, self._names = (
            coded.indices.to_numpy()[order].astype(np.int64),
            coded.dictionary.to_pylist(),
        )

    def find(self, ids: Sequence[str]) -> Tones:
        which, rows = self._keyed.find(ids)
        return Tones(which, self._lab[rows], self._shares[rows], self._codes[rows], self._names)


class Placed(NamedTuple):
    """An object: the picture that it is in, and what part of it."""

    image_id: str
    part: Part


class Boxed:
    """Objects by picture and by their own id. rows: those of the table `objects`."""

    def __init__(self, rows: pa.Table) -> None:
        self._by_image, self._by_id = Keyed(rows["image_id"]), Keyed(rows["object_id"])
        names = ("x", "y", "width", "height")
        self._boxes = np.stack([rows[name].to_numpy() for name in names], axis=1).astype(np.float64)
        self._scores = rows["score"].cast(pa.float32()).to_numpy()  # NaN where a person drew the box
        self._categories = _coded(rows["category"])
        self._ids, self._images = (rows[name].combine_chunks() for name in ("object_id", "image_id"))

    def of(self, image_ids: Sequence[str]) -> list[list[Part]]:
        """The objects of each picture."""
        found: list[list[Part]] = [[] for _ in image_ids]
        which, rows = self._by_image.find(image_ids)
        for place, row in zip(which.tolist(), self._by_image.order[rows].tolist(), strict=True):
            found[place].append(self._part(row))
        return found

    def find(self, object_ids: Sequence[str]) -> dict[str, Placed]:
        """Those of the objects that are known."""
        _, rows = self._by_id.find(object_ids)
        places = self._by_id.order[rows].tolist()
        return {
            part.object_id: Placed(self._images[row].as_py(), part)
            for row, part in ((row, self._part(row)) for row in places)
            if part.object_id is not None
        }

    def _part(self, row: int) -> Part:
        score = float(self._scores[row])
        category = self._categories[row].as_py()
        known = None if np.isnan(score) else score
        return Part(clip(*self._boxes[row].tolist()), self._ids[row].as_py(), category, known)


def _texts(column: pa.ChunkedArray) -> pa.StringArray:
    return column.fill_null("").combine_chunks()


def _coded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    coded = column.combine_chunks().dictionary_encode()
    return coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
