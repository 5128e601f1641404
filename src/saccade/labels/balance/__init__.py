"""From annotations to a training set: families, splits without leaks, targets, weights, epochs.

`families` says which pictures belong together, `splits` which side they fall on, `leaks` what evaluation
must keep for itself, `targets` what is learned from a picture, `sampling` how often it is seen, `epoch` in
which order; `training_set` puts them together for a trainer.
"""

from __future__ import annotations

__all__: list[str] = []
