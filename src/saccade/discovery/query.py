"""What a person can ask: exactly one of item, picture, address, words or vector, and how to narrow it.

Decided: one shape for every product, checked where it is made, so that the command line, the API and the
library refuse the same things with the same words.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from saccade.errors import InputError
from saccade.index.filters import Filter
from saccade.vision.boxes import Box

Kind = Literal["item_id", "image", "url", "text", "vector"]
KINDS: tuple[Kind, ...] = ("item_id", "image", "url", "text", "vector")
MAX_K = 1000  # our own choice: beyond it paging or an export is what is wanted


@dataclass(frozen=True, eq=False)
class Query:
    """One search.

    Exactly one of the first five is given. `image` holds the bytes of a picture file; `vector` has the
    model's dim float32 values, of any length but zero. `box` (x, y, width, height in 0..1 of the upright
    picture) searches with that part of the picture. `k` results, 1 to 1000, of `items` when
    `group_by_item`, else of pictures. `exact` compares with every vector. Raises `InputError`.
    """

    item_id: str | None = None
    image: bytes | None = None
    url: str | None = None
    text: str | None = None
    vector: np.ndarray | None = None
    box: Box | None = None
    filter: Filter | None = None
    k: int = 20
    group_by_item: bool = True
    exact: bool = False

    def __post_init__(self) -> None:
        given = self._given()
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise InputError(f"a query has exactly one of {', '.join(KINDS)}; found {found}")
        if not 1 <= self.k <= MAX_K:
            raise InputError(f"k is 1 to {MAX_K}, found {self.k}")
        if self.box is not None and given[0] in ("text", "vector"):
            raise InputError(f"a box needs a picture; {given[0]} has none")
        if self.text is not None and not self.text.strip():
            raise InputError("the text of a query is empty")

    def _given(self) -> list[str]:
        return [
            field.name
            for field in fields(self)
            if field.name in KINDS and getattr(self, field.name) is not None
        ]

    @property
    def kind(self) -> Kind:
        """Which of the five was given."""
        return self._given()[0]  # pyright: ignore[reportReturnType]
