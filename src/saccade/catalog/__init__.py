"""The catalogue: what comes in (items, images, texts, boards, events), from where, and what is the same.

Import from the modules: `ingest` (the stage), `mapping`, `readers.choose` (`open_source`), `fetch` and
`guard` (pictures from the web), `imports` (texts, boards, events), `retire` (`delete_items`), `dedup` and
`duplicates`.
"""

from __future__ import annotations

__all__: list[str] = []
