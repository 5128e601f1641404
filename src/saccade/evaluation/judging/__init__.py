"""People's judgements of results: what they are asked, what they said, and what follows from it.

`making.make_plan` draws queries and writes a plan; the service shows it to raters (or `raters.judge` plays
them); `verdict.verdict` gives rates with intervals and how far the raters agree. `saccade judge` is the verb.
"""

from __future__ import annotations

__all__: list[str] = []
