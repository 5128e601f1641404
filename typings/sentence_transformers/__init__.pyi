"""What saccade uses of sentence-transformers; the checker would else read all of transformers, 20 s."""

from collections.abc import Sequence
from typing import Any

class SentenceTransformer:
    def __init__(self, model_name_or_path: str, *, device: str) -> None: ...
    def get_sentence_embedding_dimension(self) -> int | None: ...
    def encode(
        self,
        inputs: Sequence[str],
        *,
        batch_size: int,
        normalize_embeddings: bool,
        show_progress_bar: bool,
    ) -> Any: ...
