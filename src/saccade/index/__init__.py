"""Nearest neighbours behind one small protocol: exact, embedded (Qdrant Edge), server; floats and bits.

Import from the modules: `protocol` (what an index does), `filters` and `where`, `exact`, `edge`, `server`,
`choose` and `recall`, `opened` (open a workspace's index), `stage` (build it), `groups` (hits by item).
"""

from __future__ import annotations

__all__: list[str] = []
