"""Texts before they are cut into words: length, markup, addresses, compatibility forms.

Decided:
- Each pass runs over the texts that need it only (an Arrow mask finds them), since most texts are short
  and plain.
- Tags become breaks, entities become what they stand for, links and addresses become breaks and are counted.
  A picture's file name loses its ending and, where it is a camera's ("IMG_2973.jpg"), goes whole. Signs of
  trade (™ © ®) go before the compatibility forms (NFKC), which would make letters of them.
- Python composes, at 0.6 µs a text with letters beyond ASCII: Arrow 25's `utf8_normalize` decomposes whatever
  form it is asked for.

Not here: characters one by one (`letters`), words (`words`).
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Counts = npt.NDArray[np.int32]

_ENDING = r"\.(?:jpe?g|png|gif|webp|heic|bmp|tiff?|avif)\b"
_DOMAIN = r"\.(?:com|net|org|info|shop|store)\b"
_ADDRESS = (
    rf"(?i)(?:\b[a-z][a-z0-9+.-]{{1,9}}://|\bwww\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+|\b[\w.-]+{_DOMAIN}(?:/\S*)?"
)
_CAMERA = rf"(?i)\b(?:img|dsc\w?|pxl|p|image|photo|foto|bild|imagen|screenshot)?[ _-]*\d[\d _-]*{_ENDING}"
_PRICE = r"(?i)[$€£¥]\s?\d[\d.,]*|\b\d[\d.,]*\s?(?:[$€£¥]|eur\b|usd\b|gbp\b)"
_TELEPHONE = r"\+?\b\d[\d ()/-]{7,}\d\b"
_TAG = r"(?s)<!--.*?-->|</?[A-Za-z!][^<>]*>"
_BREAK = " \u2022 "


@dataclass(frozen=True)
class Clean:
    """texts: large_string [N]; links: int32 [N], links, mails, prices and telephone numbers in each;
    truncated: bool [N], longer than allowed.
    """

    texts: pa.Array
    links: Counts
    truncated: npt.NDArray[np.bool_]


def clean(texts: pa.Array, characters: int) -> Clean:
    """Texts (large_string [N], no nulls) ready for `words.cut`. characters: of one text; the rest goes."""
    truncated = _mask(pc.greater(pc.binary_length(texts), characters))
    texts, truncated = _short(texts, truncated, characters)
    texts = _where(texts, r"[<]\S", _untagged)
    texts = _where(texts, r"&#?\w+;", _unescaped)
    links = np.zeros(len(texts), np.int32)
    for needs, pattern in (
        (rf"(?i)://|www\.|@|{_DOMAIN}", _ADDRESS), (r"[$€£¥]|(?i:eur|usd|gbp)\b", _PRICE),
        (r"\d[\d ()/-]{7}", _TELEPHONE),
    ):  # fmt: skip
        texts = _counted(texts, needs, pattern, links)
    texts = _where(texts, rf"(?i){_ENDING}", _named)
    return Clean(_where(texts, r"[^\x00-\x7f]", _composed), links, truncated)


def _short(
    texts: pa.Array, long: npt.NDArray[np.bool_], characters: int
) -> tuple[pa.Array, npt.NDArray[np.bool_]]:
    """Cuts those with more characters (and not just more bytes) than allowed."""
    if not long.any():
        return texts, long
    rows = np.flatnonzero(long)
    some = texts.take(pa.array(rows))
    long[rows] = _mask(pc.greater(pc.utf8_length(some), characters))
    return pc.replace_with_mask(
        texts, pa.array(long), pc.utf8_slice_codeunits(texts.filter(pa.array(long)), 0, characters)
    ), long


def _counted(texts: pa.Array, needs: str, pattern: str, links: Counts) -> pa.Array:
    """Breaks in place of what the pattern finds; adds how often to `links`."""

    def replaced(some: pa.Array) -> pa.Array:
        links[rows] += pc.count_substring_regex(some, pattern).to_numpy().astype(np.int32)
        return pc.replace_substring_regex(some, pattern, _BREAK)

    rows = np.flatnonzero(_mask(pc.match_substring_regex(texts, needs)))
    return _put(texts, rows, replaced)


def _where(texts: pa.Array, needs: str, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    return _put(texts, np.flatnonzero(_mask(pc.match_substring_regex(texts, needs))), change)


def _put(texts: pa.Array, rows: npt.NDArray[np.int64], change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    if not len(rows):
        return texts
    mask = np.zeros(len(texts), np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), change(texts.take(pa.array(rows))))


def _untagged(texts: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(texts, _TAG, _BREAK)


def _unescaped(texts: pa.Array) -> pa.Array:
    return pa.array([html.unescape(text) for text in texts.to_pylist()], pa.large_string())


def _named(texts: pa.Array) -> pa.Array:
    texts = pc.replace_substring_regex(texts, _CAMERA, _BREAK)
    return pc.replace_substring_regex(texts, rf"(?i){_ENDING}", " ")


def _composed(texts: pa.Array) -> pa.Array:
    plain = pc.replace_substring_regex(texts, "[™©®℠]", " ")
    return pa.array([unicodedata.normalize("NFKC", text) for text in plain.to_pylist()], pa.large_string())


def _mask(values: pa.Array) -> npt.NDArray[np.bool_]:
    return np.array(values.to_numpy(zero_copy_only=False), np.bool_)
