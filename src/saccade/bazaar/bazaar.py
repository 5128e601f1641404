"""The marketplace: products, their pictures, photos and listings, each a pure function of the seed and its
number.

    market = Bazaar(seed=7, products=600)
    market.picture(3, 0)     # the main picture of product 3
    market.photo(3, 1)       # somebody's photo of the same product
    market.write("shop")     # a catalogue folder, and queries beside it

Decided: the catalogue and the queries are two folders; which photo shows which item is said only in
`queries/qrels.txt`, which evaluators read. Photo files are named by a hash, so that no name gives the item
away.

Not here: writing of files (`writing`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from saccade.bazaar import camera, studio
from saccade.bazaar.arrays import Pixels
from saccade.bazaar.products import Product, product
from saccade.bazaar.words import ENGLISH, Lexicon, wording
from saccade.bazaar.writing import Listed, Picture, Written, write
from saccade.errors import InputError
from saccade.progress import SILENT, Progress


@dataclass(frozen=True)
class Bazaar:
    """A simulated marketplace.

    seed: 0 or more; products: how many; size: side of every picture in pixels, 32..1024; views: seller
    pictures a product, 1..16; photos: camera photos a product, 0..64; strength: how bad the photos are, 0
    (tidy) to 2 (very bad). Raises `InputError` for values outside these ranges.
    """

    seed: int = 0
    products: int = 600
    size: int = 128
    views: int = 3
    photos: int = 2
    strength: float = 1.0

    def __post_init__(self) -> None:
        limits = {
            "seed": (0, 2**63),
            "products": (0, 999_999),
            "size": (32, 1024),
            "views": (1, 16),
            "photos": (0, 64),
            "strength": (0.0, 2.0),
        }
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(
                    f"expected {name} from {low} to {high}, found {value}: choose one in that range"
                )

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

    def query_id(self, index: int, number: int) -> str:
        """The name under which a photo is asked with: says nothing about its product."""
        key = f"{self.seed} {index} {number}".encode()
        return "q" + hashlib.blake2b(key, digest_size=6, person=b"bazaar query").hexdigest()

    def listing(self, index: int, lexicon: Lexicon = ENGLISH) -> Listed:
        """What the seller publishes about a product."""
        item = self.product(index)
        said = wording(self.seed, item, lexicon)
        images = tuple(Picture(f"images/{index:06d}-{view}.jpg", "seller") for view in range(self.views))
        return Listed(
            item.item_id, said.title, said.description, said.attributes, item.price, item.category, images
        )

    def records(self, lexicon: Lexicon = ENGLISH) -> Iterator[Listed]:
        """Every listing, in order of its product."""
        return (self.listing(index, lexicon) for index in range(self.products))

    def qrels(self) -> Iterator[tuple[str, str]]:
        """Every (query_id, item_id) pair: which photo shows which item. For evaluators only."""
        for index in range(self.products):
            for number in range(self.photos):
                yield self.query_id(index, number), f"item-{index:06d}"

    def write(self, folder: str | Path, workers: int = 1, progress: Progress = SILENT) -> Written:
        """Write `folder/catalogue` and `folder/queries`, as `writing.write` says."""
        return write(self, Path(folder), workers, progress)

    @staticmethod
    def _check(value: int, count: int, what: str) -> None:
        if not 0 <= value < count:
            raise InputError(
                f"expected a {what} from 0 to {count - 1}, found {value}: the marketplace has {count}"
            )
