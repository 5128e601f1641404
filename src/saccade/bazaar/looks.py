"""The surfaces that one product is dressed in: its main cloth, its trims, its hardware."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from saccade.bazaar.materials import MATERIALS, Surface
from saccade.bazaar.palette import Rgb

Form = Mapping[str, float]
"""The continuous measures of one product's silhouette, by name."""

Ranges = Mapping[str, tuple[float, float]]
"""Lowest and highest value of every measure of a category."""


@dataclass(frozen=True)
class Look:
    """main carries the pattern; accent is the second colour in the same material; hardware is the product's
    metal.
    """

    main: Surface
    accent: Surface
    hardware: Surface

    def base(self) -> Surface:
        """The main cloth without its pattern."""
        return self.main.plain()

    def made_of(self, material: str, colour: Rgb, glow: float = 0.0) -> Surface:
        """A plain surface of another material."""
        return Surface(colour, MATERIALS[material], glow=glow)

    def deeper(self, share: float = 0.6) -> Surface:
        """The main cloth, darker: seams, linings, undersides."""
        r, g, b = self.main.colour
        return replace(self.main.plain(), colour=(r * share, g * share, b * share))
