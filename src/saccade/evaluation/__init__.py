"""Protocols, not formulas: what is a query, what is relevant, which gallery, and the report of it all.

The formulas are in `saccade.metrics`. Start at `stage.Evaluate` (what `saccade evaluate` runs) or, with
vectors at hand, at `exact.top_k` and `saccade.metrics.ranking.measure`.
"""

from __future__ import annotations

__all__: list[str] = []
