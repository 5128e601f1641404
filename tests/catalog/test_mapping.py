"""Which column plays which part."""

from __future__ import annotations

import pytest

from saccade.catalog.mapping import Mapping
from saccade.errors import InputError


def test_usual_names():
    found = Mapping().resolve(["ID", "Image_URL", "Name", "Price", "caption", "brand"], "x.csv")
    assert (found.item_id, found.image, found.title, found.price) == ("ID", ("Image_URL",), "Name", "Price")
    assert (found.text, found.attributes) == ((("caption", "caption"),), ("brand",))


def test_url_is_the_picture_only_without_another():
    assert Mapping().resolve(["url", "id"], "x").image == ("url",)
    found = Mapping().resolve(["url", "image", "id"], "x")
    assert (found.image, found.url) == (("image",), "url")


def test_attributes_can_be_chosen():
    found = Mapping(attributes=("brand",)).resolve(["image", "brand", "size"], "x")
    assert found.attributes == ("brand",)
    assert "size" not in found.used()


@pytest.mark.parametrize(
    "mapping", [Mapping(title="nom"), Mapping(image=("image", "nom")), Mapping(text={"alt": "nom"})]
)
def test_wrong_column_lists_those_there_are(mapping):
    with pytest.raises(InputError) as error:
        mapping.resolve(["image", "name"], "x.csv")
    assert all(word in str(error.value) for word in ("x.csv", "nom", "image, name"))


def test_no_image_column():
    with pytest.raises(InputError, match="no image column"):
        Mapping().resolve(["a", "b"], "x.csv")
