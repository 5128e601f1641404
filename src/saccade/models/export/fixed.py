"""A copy of an embedder whose picture size is fixed, as the graphs of other runtimes want it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from saccade.models.embedder import Embedder


class _Resizable(Protocol):
    def set_input_size(self, img_size: tuple[int, int]) -> None: ...


def fixed(embedder: Embedder, size: tuple[int, int]) -> Embedder:
    """A copy on the CPU in eval mode, its positions resized once instead of at every call.

    A transformer with `dynamic_img_size` resizes its table inside the forward pass, which ONNX cannot say.

    Args:
        embedder: stays as it is.
        size: height and width in pixels that the copy will see.
    """
    copied = copy.deepcopy(embedder).to("cpu").eval()
    network = copied.backbone.network
    if getattr(network, "dynamic_img_size", False):
        cast(_Resizable, network).set_input_size(img_size=size)
    return copied
