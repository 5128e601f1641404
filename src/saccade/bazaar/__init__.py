"""A simulated marketplace: products, pictures, photos and listings from a seed.

Import from the modules: `saccade.bazaar.bazaar` (the marketplace), `saccade.bazaar.sheet` (a contact sheet).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saccade.bazaar.bazaar import Bazaar
    from saccade.bazaar.sheet import contact_sheet

__all__ = ["Bazaar", "contact_sheet"]


def __getattr__(name: str) -> object:
    # Lazy: the compiler behind the renderer takes a second to import, and few callers draw.
    if name == "Bazaar":
        from saccade.bazaar.bazaar import Bazaar

        return Bazaar
    if name == "contact_sheet":
        from saccade.bazaar.sheet import contact_sheet

        return contact_sheet
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
