"""What a dialect is, and the two ways of translating one: by path and by order of the forward pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

State = dict[str, Tensor]


@dataclass(frozen=True)
class Dialect:
    """One way of naming parameters.

    `marks` are regular expressions, each of which must match some whole name of the file.
    `translate` gives the state under timm's names; names that it does not know pass through unchanged.
    """

    name: str
    marks: tuple[str, ...]
    translate: Callable[[State, nn.Module], State]

    def recognises(self, state: State) -> bool:
        """True when every mark matches some name in the file."""
        return all(any(re.fullmatch(mark, name) for name in state) for mark in self.marks)


def rename(state: State, to: Mapping[str, str]) -> State:
    """Replace module paths: {"features.0.0": "conv_stem"} renames every tensor of that module."""
    renamed: State = {}
    for name, tensor in state.items():
        module, _, leaf = name.rpartition(".")
        renamed[f"{to[module]}.{leaf}" if module in to else name] = tensor
    return renamed


def in_order(state: State, model: nn.Module) -> State:
    """Pair the modules of a file, in natural order of their paths, with the model's in order of definition.

    For networks that number their modules as they run them and that timm defines in the same order. A linear
    layer that timm writes as a 1x1 convolution gets its two more axes. A wrong pairing does not pass: shapes
    differ, and `backbones.load_state` reports that.
    """
    theirs = sorted({name.rpartition(".")[0] for name in state}, key=_natural)
    ours = _owners(model.state_dict())
    renamed, wanted = rename(state, dict(zip(theirs, ours, strict=False))), model.state_dict()
    return {name: _shaped(tensor, wanted.get(name)) for name, tensor in renamed.items()}


def _owners(names: Iterable[str]) -> list[str]:
    """Paths of the modules that own tensors, each once, in order."""
    return list(dict.fromkeys(name.rpartition(".")[0] for name in names))


def _natural(path: str) -> tuple[bool, list[tuple[int, str]]]:
    """A key that puts features.2 before features.10, and the classifier last."""
    parts = [(int(part), "") if part.isdigit() else (-1, part) for part in path.split(".")]
    return path.startswith("classifier"), parts


def _shaped(tensor: Tensor, like: Tensor | None) -> Tensor:
    if like is not None and tensor.ndim == 2 and like.ndim == 4:
        return tensor[:, :, None, None]
    return tensor


def block_paths(model: nn.Module) -> list[str]:
    """Paths of the blocks in the order of the forward pass: blocks.0.0, blocks.1.0, blocks.1.1, ..."""
    return [
        f"blocks.{stage}.{index}"
        for stage, blocks in enumerate(model.blocks)  # type: ignore[arg-type]
        for index in range(len(blocks))
    ]
