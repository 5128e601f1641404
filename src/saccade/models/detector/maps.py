"""What the trunk gives to a detector: its last grid, and maps of several strides.

Decided: "tokens of all blocks" and the maps of a CNN come from timm's `forward_intermediates`, in one pass
with the last grid. A trunk whose maps all have one stride (a ViT) gets its other strides by resizing the
last grid, as in ViTDet's simple pyramid (Li et al. 2022, arXiv 2203.16527). Class and register tokens are
dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor

from saccade.errors import InputError
from saccade.models.backbones import Backbone

Forward = Callable[..., tuple[Tensor, list[Tensor]]]


@dataclass(frozen=True)
class Maps:
    """levels: float [B, C, H, W] each, fine to coarse, for the heads. grid: [B, C, H, W] last tokens."""

    levels: list[Tensor]
    grid: Tensor

    def float(self) -> Maps:
        """The same in float32."""
        return Maps([level.float() for level in self.levels], self.grid.float())


def last_grid(backbone: Backbone, x_B3HW: Tensor) -> Maps:
    """The tokens of the last block on their grid, [B, C, H, W], as the only level."""
    grid = backbone.features(x_B3HW).grid.permute(0, 3, 1, 2)
    return Maps([grid], grid)


def all_blocks(backbone: Backbone, x_B3HW: Tensor) -> Maps:
    """The tokens of all blocks concatenated on channels, each behind the last norm, as one level."""
    grid, found = _intermediates(backbone, x_B3HW, None)
    side = found[-1].shape[-2:]
    if any(one.shape[-2:] != side for one in found):
        raise InputError(f"the blocks of {backbone.name} have several grids: leave all_blocks off")
    return Maps([torch.cat(found, dim=1)], grid)


def pyramid(backbone: Backbone, x_B3HW: Tensor, strides: Sequence[int]) -> Maps:
    """A map for each stride, fine to coarse; see `level_widths` for their channels."""
    if (places := _places(backbone, strides)) is None:
        maps = last_grid(backbone, x_B3HW)
        sides = [(x_B3HW.shape[-2] // stride, x_B3HW.shape[-1] // stride) for stride in strides]
        levels = [F.interpolate(maps.grid, side, mode="bilinear", antialias=False) for side in sides]
        return Maps(levels, maps.grid)
    grid, found = _intermediates(backbone, x_B3HW, places)
    return Maps(found, grid)


def block_width(backbone: Backbone) -> int:
    """Channels of `all_blocks`."""
    return sum(channels for channels, _ in _info(backbone))


def level_widths(backbone: Backbone, strides: Sequence[int]) -> list[int]:
    """Channels of the levels of `pyramid`."""
    places, info = _places(backbone, strides), _info(backbone)
    return [backbone.token_width] * len(strides) if places is None else [info[place][0] for place in places]


def _places(backbone: Backbone, strides: Sequence[int]) -> list[int] | None:
    """Indices of the last maps with these strides; None when the trunk lacks one of them."""
    last = {reduction: place for place, (_, reduction) in enumerate(_info(backbone))}
    return [last[stride] for stride in strides] if all(stride in last for stride in strides) else None


def _info(backbone: Backbone) -> list[tuple[int, int]]:
    """(channels, stride) of every map that `forward_intermediates` can give."""
    found = cast("Any", getattr(backbone.network, "feature_info", None))
    rows = cast("list[dict[str, Any]]", getattr(found, "info", found) or [])
    return [(int(row["num_chs"]), int(row["reduction"])) for row in rows]


def _intermediates(
    backbone: Backbone, x_B3HW: Tensor, places: list[int] | None
) -> tuple[Tensor, list[Tensor]]:
    """The last grid and the maps at `places` (None: all), [B, C, H, W]."""
    network = backbone.network
    forward = cast(
        "Callable[..., tuple[Tensor, list[Tensor]]] | None", getattr(network, "forward_intermediates", None)
    )
    if forward is None:
        raise InputError(f"timm gives no maps between the layers of {backbone.name}: take another backbone")
    last, found = forward(x_B3HW, indices=places, norm=_has_tokens(backbone), output_fmt="NCHW")
    if last.ndim == 3:
        return found[-1], found
    nhwc = getattr(network, "output_fmt", "NCHW") == "NHWC"
    return (last.permute(0, 3, 1, 2) if nhwc else last), found


def _has_tokens(backbone: Backbone) -> bool:
    """True for networks of tokens, whose intermediate maps go through the last norm."""
    return hasattr(backbone.network, "patch_embed") and hasattr(backbone.network, "blocks")
