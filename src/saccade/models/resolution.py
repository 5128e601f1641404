"""Weights that were made for another picture or patch size, fitted to a network.

Decided: tables of absolute positions are resized in the plane, bicubic with antialiasing (timm's
`resample_abs_pos_embed`); class and register tokens stay as they are. Tables of relative positions follow
BEiT's geometric resampling (timm's `resize_rel_pos_bias_table`). Patch kernels are resampled by the
pseudo-inverse of the resize (FlexiViT, Beyer et al. 2023, arXiv 2212.08013), only when asked for: a file of
another architecture should be refused, not bent. Rotary positions have no table.
A tensor that fits is the same object afterwards: at native size nothing changes by a bit.
Not here: tables of other forms (Hiera, SAM, LeViT); `backbones.load_state` says that they do not fit.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import cast

from timm.layers.patch_embed import resample_patch_embed
from timm.layers.pos_embed import resample_abs_pos_embed
from timm.layers.pos_embed_rel import resize_rel_pos_bias_table
from torch import Tensor, nn

from saccade.errors import InputError

State = dict[str, Tensor]
Grid = tuple[int, int]
RELATIVE = ".relative_position_bias_table"
PATCH = "patch_embed.proj.weight"


def fit_resolution(
    state: State, network: nn.Module, *, grid: Grid | None = None, patches: bool = False
) -> State:
    """Resize what depends on the picture's size.

    Args:
        state: tensors under timm's names.
        network: the timm network that will take them.
        grid: rows and columns of patches that the file was made for; None takes a square, and leaves a table
            of the right length alone.
        patches: also resample the patch kernel to the network's patch size.

    Returns:
        The state with such tensors replaced; others, also those that still do not fit, are the same objects.
        InputError when `grid` does not account for the tokens in the file, or when it is not given and the
        tokens form no square.
    """
    fitted = dict(state)
    if patches and _other_shape(fitted, network, PATCH):
        height, width = cast(Tensor, network.get_parameter(PATCH)).shape[-2:]
        fitted[PATCH] = resample_patch_embed(fitted[PATCH].float(), [height, width])
    _absolute(fitted, network, grid)
    _relative(fitted, network, grid)
    return fitted


def patch_grid(network: nn.Module) -> Grid | None:
    """Rows and columns of patches at the network's own picture size; None without patches."""
    grid = getattr(getattr(network, "patch_embed", None), "grid_size", None)
    return (int(grid[0]), int(grid[1])) if grid is not None else None


def _other_shape(state: Mapping[str, Tensor], network: nn.Module, name: str) -> bool:
    wanted = network.state_dict().get(name)
    return wanted is not None and name in state and state[name].shape != wanted.shape


def _absolute(state: State, network: nn.Module, grid: Grid | None) -> None:
    """The table of a transformer, [1, prefix + rows * columns, C], replaced in place."""
    table, mine = state.get("pos_embed"), getattr(network, "pos_embed", None)
    new = patch_grid(network)
    if table is None or not isinstance(mine, Tensor) or new is None or not table.ndim == mine.ndim == 3:
        return
    prefix = mine.shape[1] - new[0] * new[1]
    if table.shape[2] != mine.shape[2] or prefix < 0:
        return
    if grid is None and table.shape[1] == mine.shape[1]:
        return
    old = grid or _square(table.shape[1] - prefix)
    if old[0] * old[1] + prefix != table.shape[1]:
        raise InputError(
            f"the weights hold {table.shape[1]} positions, which a grid of {old} patches and {prefix} tokens "
            "does not explain: state the grid that they were made for"
        )
    if old != new:
        state["pos_embed"] = resample_abs_pos_embed(table, list(new), list(old), num_prefix_tokens=prefix)


def _square(count: int) -> Grid:
    side = math.isqrt(max(count, 0))
    if side * side != count:
        raise InputError(f"the weights hold positions of {count} patches, no square: state their grid")
    return side, side


def _relative(state: State, network: nn.Module, grid: Grid | None) -> None:
    """Tables of the attention's windows, [offsets, heads] or [heads, rows, columns], replaced in place."""
    own = patch_grid(network)
    for name in [name for name in state if name.endswith(RELATIVE)]:
        module = _module(network, name.removesuffix(RELATIVE))
        window = getattr(module, "window_size", None)
        if module is None or window is None:
            continue
        mine = cast(Tensor, module.relative_position_bias_table)
        whole = tuple(window) == own  # the window is the picture, as in BEiT
        old = grid if whole else None
        if state[name].shape != mine.shape or (old is not None and old != own):
            state[name] = _resized(name, state[name], tuple(window), tuple(mine.shape), old)


def _resized(name: str, table: Tensor, window: Grid, shape: tuple[int, ...], old: Grid | None) -> Tensor:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # timm indexes by a list, which torch would rather have as a tuple
            return cast(Tensor, resize_rel_pos_bias_table(table.float(), window, shape, old))
    except (ValueError, RuntimeError, AssertionError) as error:
        raise InputError(f"{name} cannot be resized for windows of {window}: {error}") from error


def _module(network: nn.Module, path: str) -> nn.Module | None:
    try:
        return network.get_submodule(path)
    except AttributeError:
        return None
