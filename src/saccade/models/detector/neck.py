"""From the trunk's map to the map that the heads see: 1 × 1 convolution, then residual 3 × 3 blocks.

The blocks are those of Beal et al. 2020 (ViT-FRCNN, arXiv 2012.09958): two 3 × 3 convolutions, norm, GELU,
skip. Own choice: GroupNorm instead of BatchNorm, because detectors are trained with a few pictures a step,
and the last norm of a block starts at zero, so that an untrained block changes nothing.
"""

from __future__ import annotations

from torch import Tensor, nn

from saccade.errors import InputError


def group_norm(channels: int) -> nn.GroupNorm:
    """GroupNorm with groups of 8 channels or more, at most 32 of them."""
    groups = next(n for n in (32, 16, 8, 4, 2, 1) if channels % n == 0 and channels // n >= min(8, channels))
    return nn.GroupNorm(groups, channels)


def require_width(width: int) -> None:
    """InputError unless heads whose norms have 32 groups can take this many channels."""
    if width < 32 or width % 32:
        raise InputError(f"detector: neck_width is a multiple of 32, found {width}: correct its config")


class Residual(nn.Module):
    """[B, C, H, W] to the same shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Sequential(_conv(channels), group_norm(channels), nn.GELU())
        last = group_norm(channels)
        nn.init.zeros_(last.weight)
        self.second = nn.Sequential(_conv(channels), last)
        self.act = nn.GELU()

    def forward(self, x_BCHW: Tensor) -> Tensor:
        return self.act(x_BCHW + self.second(self.first(x_BCHW)))


class Neck(nn.Sequential):
    """[B, channels, H, W] to [B, width, H, W]; `residual` counts the blocks."""

    def __init__(self, channels: int, width: int, residual: int) -> None:
        narrow = nn.Conv2d(channels, width, 1)
        nn.init.kaiming_normal_(narrow.weight, nonlinearity="linear")
        nn.init.zeros_(narrow.bias)  # type: ignore[arg-type]
        super().__init__(narrow, group_norm(width), *(Residual(width) for _ in range(residual)))


def _conv(channels: int) -> nn.Conv2d:
    conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
    return conv
