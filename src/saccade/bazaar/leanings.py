"""What a style phrase leans to: which styles, colours, patterns, departments and categories it is said of.

Decided: a phrase is no random tag. It goes with what a picture shows (colour, pattern, material through the
style), so that a model can learn it from pixels. The tables are our own reading of everyday use.

Not here: the words in each language (`lexicons`), and which product gets which phrase (`phrases`).
"""

from __future__ import annotations

from dataclasses import dataclass

NEUTRALS = ("white", "cream", "beige", "grey")
EARTH = ("beige", "tan", "brown", "olive", "mustard", "cream")
DARK = ("black", "charcoal", "navy", "burgundy", "purple")
PASTELS = ("mint", "sky", "lilac", "pink", "cream")
BRIGHT = ("red", "coral", "orange", "yellow", "fuchsia", "blue")
JEWELS = ("green", "teal", "blue", "purple", "burgundy", "fuchsia")

FAMILIES: dict[str, tuple[str, ...]] = {
    "neutral": NEUTRALS,
    "earth": EARTH,
    "dark": DARK,
    "pastel": PASTELS,
    "bright": BRIGHT,
    "jewel": JEWELS,
}
"""Families of `palette.HEX` names that tastes and phrases speak of; a colour may be in several."""


@dataclass(frozen=True)
class Leaning:
    """styles: weights by `products.STYLES`; the rest are liked values, () for no preference. strict: the
    phrase is about colour, so it is hardly said of others.
    """

    styles: dict[str, float]
    colours: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    departments: tuple[str, ...] = ("fashion", "home")
    strict: bool = False


HOME, FASHION = ("home",), ("fashion",)

LEANINGS: dict[str, Leaning] = {
    "mid-century": Leaning(
        {"retro": 1, "minimal": 0.3}, ("mustard", "orange", "teal", "olive", "brown"), (), HOME
    ),
    "cottagecore": Leaning({"rustic": 1, "boho": 0.4}, (*PASTELS, "white", "green"), ("floral", "checked")),
    "japandi": Leaning({"minimal": 1, "rustic": 0.3}, (*NEUTRALS, "charcoal"), ("plain",), HOME),
    "scandinavian": Leaning({"minimal": 1, "classic": 0.2}, ("white", "grey", "sky", "black"), (), HOME),
    "boho": Leaning({"boho": 1}, EARTH, ("diamond", "zigzag", "floral")),
    "farmhouse": Leaning({"rustic": 1}, (*NEUTRALS, "navy"), ("checked", "striped", "plain"), HOME),
    "industrial": Leaning({"urban": 1}, ("black", "charcoal", "grey", "brown"), ("plain",), HOME),
    "art-deco": Leaning({"glam": 1, "classic": 0.4}, ("black", *JEWELS), ("diamond", "zigzag"), HOME),
    "coastal": Leaning(
        {"classic": 0.7, "minimal": 0.4}, ("white", "sky", "blue", "navy", "beige"), ("striped",)
    ),
    "dark-academia": Leaning(
        {"classic": 1, "retro": 0.4}, ("brown", "burgundy", "black", "olive"), ("checked",)
    ),
    "minimalist": Leaning({"minimal": 1}, (*NEUTRALS, "black"), ("plain",)),
    "streetwear": Leaning({"urban": 1, "sporty": 0.6}, ("black", "grey", *BRIGHT), (), FASHION),
    "athleisure": Leaning(
        {"sporty": 1}, ("grey", "black", "white", "pink"), ("plain", "colour-block"), FASHION
    ),
    "old-money": Leaning(
        {"classic": 1, "glam": 0.3}, ("cream", "beige", "navy", "white"), ("plain", "striped"), FASHION
    ),
    "coquette": Leaning(
        {"glam": 0.8, "retro": 0.4}, ("pink", "cream", "lilac", "white"), ("floral", "dotted"), FASHION
    ),
    "y2k": Leaning(
        {"retro": 0.7, "urban": 0.6}, ("pink", "fuchsia", "lilac", "sky"), ("colour-block",), FASHION
    ),
    "seventies": Leaning(
        {"retro": 1, "boho": 0.4}, ("orange", "brown", "mustard", "olive"), ("floral", "zigzag")
    ),
    "grandmillennial": Leaning({"classic": 1}, (*PASTELS, "blue"), ("floral", "checked", "striped"), HOME),
    "maximalist": Leaning(
        {"glam": 0.7, "boho": 0.6}, (*BRIGHT, *JEWELS), ("floral", "zigzag", "diamond"), HOME
    ),
    "wabi-sabi": Leaning({"rustic": 0.8, "minimal": 0.6}, EARTH, ("plain",), HOME),
    "hygge": Leaning({"rustic": 0.8, "classic": 0.3}, (*NEUTRALS, "mustard"), ("checked", "plain"), HOME),
    "preppy": Leaning(
        {"classic": 1, "sporty": 0.4},
        ("navy", "green", "red", "white"),
        ("striped", "checked", "diamond"),
        FASHION,
    ),
    "festival": Leaning({"boho": 1}, ("tan", "white", *BRIGHT), ("floral", "zigzag", "diamond"), FASHION),
    "hollywood-regency": Leaning(
        {"glam": 1}, ("black", "white", "fuchsia", "green"), ("diamond", "striped"), HOME
    ),
    "mediterranean": Leaning(
        {"rustic": 0.7, "boho": 0.5}, ("blue", "white", "teal", "tan", "yellow"), (), HOME
    ),
    "tropical": Leaning({"boho": 0.8, "retro": 0.3}, ("green", "yellow", "coral", "teal"), ("floral",)),
    "goth": Leaning({"urban": 0.7, "glam": 0.5}, ("black", "burgundy", "purple", "charcoal"), ("plain",)),
    "normcore": Leaning(
        {"minimal": 0.7, "urban": 0.6}, ("grey", "white", "navy", "beige"), ("plain",), FASHION
    ),
    "capsule": Leaning({"minimal": 1, "classic": 0.5}, (*NEUTRALS, "black", "navy"), ("plain",), FASHION),
    "memphis": Leaning(
        {"retro": 1}, ("yellow", "pink", "teal", "coral"), ("zigzag", "dotted", "colour-block"), HOME
    ),
    "monochrome": Leaning(
        {"minimal": 0.6, "urban": 0.7},
        ("black", "white", "grey", "charcoal"),
        ("striped", "checked"),
        strict=True,
    ),
    "earth-tones": Leaning({"rustic": 0.6, "boho": 0.6, "minimal": 0.3}, EARTH, (), strict=True),
    "pastel": Leaning({"glam": 0.5, "retro": 0.5, "minimal": 0.2}, PASTELS, (), strict=True),
    "jewel-tones": Leaning({"glam": 0.8, "boho": 0.3}, JEWELS, ("plain",), strict=True),
    "parisian": Leaning(
        {"classic": 0.9, "glam": 0.5}, ("black", "white", "red", "navy"), ("striped", "plain"), FASHION
    ),
    "loft": Leaning({"urban": 1}, ("grey", "black", "tan", "white"), ("plain",), HOME),
    "gorpcore": Leaning(
        {"sporty": 1, "urban": 0.3}, ("olive", "orange", "teal", "grey"), ("colour-block",), FASHION
    ),
    "tennis": Leaning(
        {"sporty": 1, "classic": 0.3}, ("white", "green", "navy"), ("striped", "plain"), FASHION
    ),
    "western": Leaning({"rustic": 1, "boho": 0.3}, ("brown", "tan", "beige"), ("plain", "checked"), FASHION),
    "quiet-luxury": Leaning(
        {"classic": 0.8, "minimal": 0.6}, ("beige", "cream", "grey", "brown"), ("plain",)
    ),
}

ROOMS: dict[str, tuple[str, ...]] = {
    "living-room": ("sofa", "rug", "cushion", "lamp", "vase", "chair"),
    "bedroom": ("lamp", "cushion", "rug", "vase"),
    "kitchen": ("mug", "vase", "chair"),
    "dining-room": ("chair", "vase", "mug", "rug"),
    "home-office": ("chair", "lamp", "mug"),
    "entryway": ("rug", "vase", "lamp"),
    "reading-nook": ("chair", "lamp", "cushion", "sofa", "rug", "mug"),
    "balcony": ("chair", "cushion", "vase", "mug"),
    "guest-room": ("lamp", "cushion", "rug", "sofa"),
    "kids-room": ("rug", "lamp", "cushion", "chair"),
    "studio-flat": ("sofa", "chair", "lamp", "rug"),
    "coffee-table": ("vase", "mug", "lamp"),
}
"""Rooms, and the categories that stand in them."""

_ALL_DAY = ("sneaker", "boot", "dress", "t-shirt", "handbag", "backpack", "hat", "watch", "sunglasses")

OCCASIONS: dict[str, tuple[str, ...]] = {
    "outfit": _ALL_DAY,
    "office": ("boot", "dress", "handbag", "watch"),
    "date-night": ("dress", "boot", "handbag", "watch"),
    "wedding-guest": ("dress", "handbag", "hat", "watch"),
    "weekend": ("sneaker", "t-shirt", "backpack", "hat", "sunglasses"),
    "travel": ("backpack", "sneaker", "sunglasses", "t-shirt", "hat"),
    "brunch": ("dress", "handbag", "sunglasses", "sneaker", "t-shirt"),
    "beach": ("hat", "sunglasses", "dress", "handbag"),
    "party": ("dress", "boot", "handbag", "watch"),
    "city-break": ("sneaker", "backpack", "sunglasses", "boot", "t-shirt"),
}
"""Occasions, and the categories that are worn to them."""

PLACES: dict[str, tuple[str, ...]] = {**ROOMS, **OCCASIONS}

SEASONS: dict[str, tuple[str, ...]] = {
    "spring": (*PASTELS, "green", "yellow"),
    "summer": ("white", "yellow", "coral", "sky", "blue"),
    "autumn": ("orange", "mustard", "brown", "burgundy", "olive"),
    "winter": ("white", "grey", "navy", "charcoal"),
    "christmas": ("red", "green", "white", "burgundy"),
}
"""Seasons, and the colours that go with them."""
