"""Where a vocabulary comes from: a given dictionary, or phrases mined from the texts themselves.

`dictionary` reads a given one. Mining is passes over buckets: `counting` counts words and n-grams of one
bucket, `merging` adds buckets up, `levels` keeps what may go on growing; `admission` decides in the end what
is a phrase (`chains`: cohesion and nesting, `function_words`, `blocking`); `passes` puts them together.
`visualness` says afterwards how much alike the pictures of a phrase are.
"""

from __future__ import annotations

__all__: list[str] = []
