"""The marketplace: products, pictures, photos, scenes, texts, boards and shoppers, each a pure function of
the seed and its number.

    market = Bazaar(seed=7, products=600, scenes=40, people=50, sessions=200)
    market.picture(3, 0)     # the main picture of product 3
    market.photo(3, 1)       # somebody's photo of the same product
    market.write("shop")     # a catalogue folder, photos, scenes, and the truth apart from them

Decided: what a shop has and what only evaluators may know are two folders; which photo shows which item is
said only in `truth/`. Photos and scenes are named by a hash, so that no name gives an item away. Rows come
from iterators, so that a million of them stream.

Not here: files (`writing`), shoppers on a recommender of yours (`shoppers.visits`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from saccade.bazaar import boards as pinned
from saccade.bazaar import camera, noise, scenes, studio, texts
from saccade.bazaar.arrays import Pixels
from saccade.bazaar.products import Product, product
from saccade.bazaar.random import stream
from saccade.bazaar.traits import traits
from saccade.bazaar.words import Wording, wording
from saccade.bazaar.writing import Listed, Picture, Written, write
from saccade.errors import InputError
from saccade.progress import SILENT, Progress

if TYPE_CHECKING:
    from saccade.bazaar.shoppers import Event

_FEWEST_SHOPPERS = 300
"""Shoppers of a marketplace without boards; otherwise three for each person with boards, as most only look.
"""


@dataclass(frozen=True)
class Bazaar:
    """A simulated marketplace.

    seed: 0 or more; products: how many; size: side of every picture in pixels, 32..1024 (scenes: twice
    that, at most 1024); views: seller pictures a product, 1..16; photos: camera photos a product, 0..64;
    strength: how bad the photos are, 0 (tidy) to 2 (very bad); scenes: pictures of several products and
    people; people: how many have boards; sessions: logged visits of shoppers. Raises `InputError` for
    values outside these ranges, and for scenes, people or sessions without products."""

    seed: int = 0
    products: int = 600
    size: int = 128
    views: int = 3
    photos: int = 2
    strength: float = 1.0
    scenes: int = 0
    people: int = 0
    sessions: int = 0

    def __post_init__(self) -> None:
        limits = {
            "seed": (0, 2**63),
            "products": (0, 999_999),
            "size": (32, 1024),
            "views": (1, 16),
            "photos": (0, 64),
            "strength": (0.0, 2.0),
            "scenes": (0, 999_999),
            "people": (0, 999_999),
            "sessions": (0, 9_999_999),
        }
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(
                    f"expected {name} from {low} to {high}, found {value}: choose one in that range"
                )
        if not self.products and self.scenes + self.people + self.sessions:
            raise InputError("expected products for scenes, people and sessions, found 0: give 1 or more")

    @property
    def shoppers(self) -> int:
        """How many people visit; the first `people` of them have boards."""
        return max(3 * self.people, _FEWEST_SHOPPERS)

    def product(self, index: int) -> Product:
        """The truth about product `index`, 0..products - 1."""
        self._check(index, self.products, "product")
        return product(self.seed, index)

    def picture(self, index: int, view: int) -> Pixels:
        """Seller picture `view` (0..views - 1) of a product: uint8 (size, size, 3), RGB."""
        self._check(view, self.views, "view")
        return studio.picture(self.seed, self.product(index), view, self.size)

    def photo(self, index: int, number: int) -> Pixels:
        """Camera photo `number` (0..photos - 1) of a product: uint8 (size, size, 3), RGB."""
        self._check(number, self.photos, "photo")
        return camera.photo(self.seed, self.product(index), number, self.size, self.strength)

    def scene(self, number: int) -> scenes.Scene:
        """Scene `number` (0..scenes - 1) with everything in it; its longer side is twice `size`, at most
        1024.
        """
        self._check(number, self.scenes, "scene")
        return scenes.scene(self.seed, number, self.products, min(2 * self.size, 1024))

    def query_id(self, index: int, number: int) -> str:
        """The name of a photo: says nothing about its product."""
        return "q" + self._hash(f"{self.seed} {index} {number}", b"bazaar query")

    def scene_id(self, number: int) -> str:
        """The name of a scene: says nothing about its number."""
        return "s" + self._hash(f"{self.seed} {number}", b"bazaar scene")

    def wording(self, index: int) -> Wording:
        """What the seller says about a product, and what is wrong with it."""
        return wording(self.seed, self.product(index), self._other(index, 1))

    def listing(self, index: int) -> Listed:
        """What the seller publishes about a product."""
        item, said = self.product(index), self.wording(index)
        images = tuple(Picture(f"images/{index:06d}-{view}.jpg", "seller") for view in range(self.views))
        return Listed(
            item.item_id, said.title, said.description, said.attributes, item.price, item.category, images
        )

    def records(self) -> Iterator[Listed]:
        """Every listing, in order of its product."""
        return (self.listing(index) for index in range(self.products))

    def alt_text(self, index: int) -> texts.Said | None:
        """The alt text of a product's pictures, if it has one."""
        return texts.alt_text(self.seed, self.product(index), self._other(index, 2))

    def texts(self) -> Iterator[texts.Said]:
        """Alt texts and queries by product, then names of boards by board."""
        every = traits(self.seed, self.products)
        for index in range(self.products):
            if alt := self.alt_text(index):
                yield alt
            popularity = float(every.popularity[index]) * self.products
            yield from texts.queries(self.seed, self.product(index), popularity, self._any)
        for board in self.boards():
            for saved in pinned.saved_to(self.seed, board, every):
                yield texts.board_text(self.seed, board, saved.item)

    def scene_words(self, number: int) -> texts.SceneWords:
        """What is written about a scene; at the rate `noise.WRONG_CAPTION` it belongs to the next one."""
        self._check(number, self.scenes, "scene")
        wrong = noise.chance(stream(self.seed, "wrong caption", number), noise.WRONG_CAPTION)
        told = (number + 1) % self.scenes if wrong else number
        cast = scenes.cast(self.seed, told, self.products)
        things = [self.product(index) for index in cast.items]
        return texts.scene_words(self.seed, told, things, cast.style, cast.kind, told != number)

    def boards(self) -> Iterator[pinned.Board]:
        """Every board, in order of its owner."""
        return (board for number in range(self.people) for board in pinned.boards_of(self.seed, number))

    def board_items(self) -> Iterator[pinned.Saved]:
        """Every save, by board and then by time."""
        every = traits(self.seed, self.products)
        return (saved for board in self.boards() for saved in pinned.saved_to(self.seed, board, every))

    def events(self) -> Iterator[Event]:
        """The log of `sessions` visits to the shop as it is, served by `recommenders.HouseMix`."""
        from saccade.bazaar.recommenders import HouseMix
        from saccade.bazaar.shoppers import visits

        shop = HouseMix(self)
        return visits(
            self, shop, sessions=self.sessions, seed=self.seed, experiment="exploration", variant=shop.variant
        )

    def qrels(self) -> Iterator[tuple[str, str]]:
        """Every (query_id, item_id) pair: which photo shows which item. For evaluators only."""
        for index in range(self.products):
            for number in range(self.photos):
                yield self.query_id(index, number), f"item-{index:06d}"

    def write(self, folder: str | Path, workers: int = 1, progress: Progress = SILENT) -> Written:
        """Write the marketplace as files under `folder`, as `writing.write` says."""
        return write(self, Path(folder), workers, progress)

    def _other(self, index: int, step: int) -> Product:
        """A product a few rows further, whose text may slip into this one's place."""
        return self.product((index + step) % self.products)

    def _any(self, dice: noise.Dice) -> Product:
        return self.product(int(dice.integers(self.products)))

    @staticmethod
    def _hash(key: str, person: bytes) -> str:
        return hashlib.blake2b(key.encode(), digest_size=6, person=person).hexdigest()

    @staticmethod
    def _check(value: int, count: int, what: str) -> None:
        if not 0 <= value < count:
            raise InputError(
                f"expected a {what} from 0 to {count - 1}, found {value}: the marketplace has {count}"
            )
