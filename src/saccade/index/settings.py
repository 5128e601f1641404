"""How an index is built and asked: the values that `choose` picks and that a version folder records."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from saccade.errors import InputError

Backend = Literal["exact", "edge", "server"]
FILTERED_EF = 2  # a graph loses neighbours under a filter, so it is searched so many times wider
Quantization = Literal["none", "int8", "binary"]


@dataclass(frozen=True)
class Settings:
    """Everything that decides the speed, weight and recall of an index.

    backend: `exact` scans, `edge` is Qdrant Edge in this process, `server` a Qdrant server.
    quantization: `int8` walks the graph over bytes, faster than over floats, and `binary` over sign bits with
        the floats on disk; both rescore with the floats. A scan knows only `none` and `binary`.
    m, ef_construct: edges a node and candidates while building the graph (Malkov and Yashunin 2016).
    ef: candidates while searching it.
    oversampling: candidates by bytes or bits for each wanted neighbour, before rescoring.
    scan_below: a filter that leaves at most so many points is answered by an exact scan of them.
    threads: search threads of Edge.
    """

    backend: Backend = "edge"
    quantization: Quantization = "none"
    m: int = 16
    ef_construct: int = 100
    ef: int = 64
    oversampling: float = 2.0
    scan_below: int = 20_000
    threads: int = 1

    def __post_init__(self) -> None:
        if self.backend not in ("exact", "edge", "server"):
            raise InputError(f"expected the backend exact, edge or server, found {self.backend!r}")
        if self.quantization not in ("none", "int8", "binary"):
            raise InputError(f"expected the quantization none, int8 or binary, found {self.quantization!r}")
        if min(self.m, self.ef_construct, self.ef, self.threads) < 1 or self.oversampling < 1:
            raise InputError(f"expected index settings of at least 1, found {self}")

    def text(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self))

    @staticmethod
    def parse(text: str) -> Settings:
        """From the line that `text` wrote."""
        return Settings(**json.loads(text))
