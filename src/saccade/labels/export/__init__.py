"""A training set as files that others read: Parquet, WebDataset, Hugging Face `datasets`.

`stage.Export` is what `saccade export` runs. It asks `order` which pictures come in which order, `source` for
what is known of them and for their bytes, `folder` which shards are there already, and one of the three
writers (`parquet`, `webdataset`, `huggingface`) to write those that are not.
"""

from __future__ import annotations

__all__: list[str] = []
