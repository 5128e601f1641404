"""Take a query's own picture, and whatever else must not count, out of rankings and judgements.

Where queries are also part of the gallery, the first result is the query itself, which flatters every metric.
The same holds for the same picture under another id (a re-encode, another crop of one photograph).

Decided: what is taken out moves up what stands below it, and it is taken out of the qrels too, since what may
not be found must not be missed. Search k + (the most that one query loses) results to have k left.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.metrics.columns import Pairs, column, lookup, offsets_of
from saccade.metrics.trec import Qrels, Run

Kind = TypeVar("Kind", Qrels, Run)


def without(pairs: Kind, own: bool = True, also: pa.Table | None = None) -> Kind:
    """`pairs` without each query's own id (`own`) and without the pairs listed in `also`.

    Args:
        pairs: qrels or a run. Queries stay, even with nothing left.
        own: drop rows whose item id is the query id.
        also: columns `query_id`, `item_id`; pairs that do not occur are passed over.
    """
    query = np.repeat(np.arange(len(pairs.queries), dtype=np.int64), pairs.lengths)
    drop = np.zeros(len(pairs), bool)
    if own:
        drop |= lookup(pairs.queries, pairs.items)[query] == pairs.codes
    if also is not None:
        drop |= _listed(pairs, query, also)
    keep = ~drop
    offsets = offsets_of(query[keep].astype(np.int32), len(pairs.queries))
    codes = pairs.codes[keep]
    if isinstance(pairs, Qrels):
        return Qrels(pairs.queries, pairs.items, offsets, codes, pairs.relevance[keep])
    return Run(pairs.queries, pairs.items, offsets, codes, pairs.score[keep])


def _listed(pairs: Pairs, query: npt.NDArray[np.int64], also: pa.Table) -> npt.NDArray[np.bool_]:
    at = lookup(column(also, "query_id"), pairs.queries)
    item = lookup(column(also, "item_id"), pairs.items)
    known = (at >= 0) & (item >= 0)
    width = max(len(pairs.items), 1)
    return np.isin(query * width + pairs.codes, at[known] * width + item[known])
