"""Backbones, embedding heads and model folders with their cards; export and the hub.

    model = load_model("models/shop-0123456789")
    export_model(model, "out", "openvino", "int8", check=batches, calibration=others)

Names are loaded when they are used, so that hand-made models work on a machine without torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saccade.models.backbones import create_backbone
    from saccade.models.card import Card
    from saccade.models.export.export import export_model
    from saccade.models.folder import Model, load_model, save_model
    from saccade.models.hub import pull, push

__all__ = ["Card", "Model", "create_backbone", "export_model", "load_model", "pull", "push", "save_model"]

_PLACES = {
    "Card": "card", "Model": "folder", "create_backbone": "backbones", "export_model": "export.export",
    "load_model": "folder", "pull": "hub", "push": "hub", "save_model": "folder",
}  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
