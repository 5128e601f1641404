"""Every kind of file, good and bad, becomes pixels or a status."""

from __future__ import annotations

import io
import struct
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from saccade.vision.decode import decode, header
from saccade.vision.picture import STATUSES

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from fuzz import fuzzed, photograph, png, seeds

RGB = photograph(np.random.default_rng(7), 60, 90)
IMAGE = Image.fromarray(RGB)


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.copy().save(stream, kind, **options)
    return stream.getvalue()


def pillow(data: bytes) -> np.ndarray:
    return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")).astype(int)


def exif(orientation: int) -> Image.Exif:
    block = Image.Exif()
    block[0x0112] = orientation
    return block


def test_fuzzed_files_all_get_a_status_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    count = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, data in fuzzed():
            picture, top = decode(data), header(data)
            count += 1
            assert picture.status in STATUSES, name
            assert top.status in STATUSES, name
            assert (picture.rgb is not None) == (picture.status == "ok"), name
            assert bool(picture.reason) == (picture.status != "ok"), name
            assert "\n" not in picture.reason, name
            if picture.rgb is not None:
                assert picture.rgb.shape == (picture.height, picture.width, 3), name
                assert (top.status, top.width, top.height) == ("ok", picture.width, picture.height), name
    assert count >= 500
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "data"), list(seeds(np.random.default_rng(1))), ids=lambda value: str(value)[:16]
)
def test_good_files_of_every_kind_look_right(name: str, data: bytes) -> None:
    picture = decode(data)
    assert picture.status == "ok"
    assert picture.rgb is not None
    assert picture.rgb.flags.c_contiguous
    assert picture.rgb.dtype == np.uint8
    assert sorted(picture.rgb.shape[:2]) == [61, 83]
    assert picture.rgb.std() > 20, "a picture, not a blank"


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"quality": 30}, {"subsampling": 0}, {"subsampling": 1}]
)
def test_jpeg_equals_pillow(options: dict[str, object]) -> None:
    data = encode(IMAGE, "JPEG", **options)
    assert np.abs(decode(data).rgb.astype(int) - pillow(data)).max() <= 2


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_jpeg_colours_equal_pillow(mode: str) -> None:
    data = encode(IMAGE.convert(mode), "JPEG")
    assert np.abs(decode(data).rgb.astype(int) - pillow(data)).max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_orientation_is_applied(kind: str, orientation: int) -> None:
    data = encode(IMAGE, kind, exif=exif(orientation))
    picture = decode(data)
    assert picture.rgb.shape == pillow(data).shape
    assert np.abs(picture.rgb.astype(int) - pillow(data)).max() <= 2
    top = header(data)
    assert (top.height, top.width) == picture.rgb.shape[:2]


def test_draft_is_smaller_and_never_below_what_is_asked() -> None:
    data = encode(IMAGE.resize((1800, 1200), Image.Resampling.BICUBIC), "JPEG", quality=95)
    whole = decode(data)
    for side in (100, 150, 299, 300, 301, 600, 601, 5000):
        picture = decode(data, draft=side)
        assert (picture.width, picture.height) == (1800, 1200)
        assert min(picture.rgb.shape[:2]) >= min(side, 1200)
    assert decode(data, draft=300).rgb.shape[0] < 600
    small = np.asarray(Image.fromarray(whole.rgb).resize((450, 300), Image.Resampling.BOX)).astype(int)
    assert np.abs(decode(data, draft=300).rgb.astype(int) - small).mean() < 2
    turned = decode(encode(IMAGE.resize((1800, 1200)), "JPEG", exif=exif(6)), draft=300)
    assert turned.rgb.shape[0] > turned.rgb.shape[1]
    assert (turned.width, turned.height) == (1200, 1800)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"])
def test_truncated_is_told_not_half_shown(kind: str, share: float) -> None:
    data = encode(IMAGE.convert("P") if kind == "GIF" else IMAGE, kind)
    assert decode(data[: int(len(data) * share)]).status in ("truncated", "corrupt")


def test_truncated_progressive_jpeg() -> None:
    data = encode(IMAGE, "JPEG", progressive=True)
    assert decode(data[:-2]).status == "truncated"
    assert decode(data[: len(data) // 2]).status == "truncated"


def test_a_jpeg_that_lacks_only_its_end_mark_is_whole() -> None:
    data = encode(IMAGE, "JPEG")
    assert (decode(data[:-2]).rgb == decode(data).rgb).all()
    assert decode(data[:-12]).status == "truncated"


def test_damaged_jpeg_is_corrupt() -> None:
    data = bytearray(encode(IMAGE, "JPEG", quality=95))
    data[len(data) // 2 : len(data) // 2 + 2] = b"\xff\xc4"
    assert decode(bytes(data)).status == "corrupt"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", "empty"),
        (b"plain text", "not-an-image"),
        (b"<!DOCTYPE html><html><svg></svg></html>", "not-an-image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "unsupported"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!-- a --><svg/>", "unsupported"),
        (struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + b"\0" * 99, "unsupported"),
        (b"8BPS" + b"\0" * 50, "unsupported"),
        (png(30_000, 30_000, b""), "too-large"),
        (png(0, 5, b""), "corrupt"),
    ],
)
def test_status_of_what_is_no_good_picture(data: bytes, status: str) -> None:
    assert decode(data).status == status
    assert header(data).status == status


def test_max_pixels_counts_before_decoding() -> None:
    for kind in ("JPEG", "PNG", "WEBP", "BMP", "TIFF"):
        data = encode(IMAGE, kind)
        assert decode(data, max_pixels=90 * 60).status == "ok"
        refused = decode(data, max_pixels=90 * 60 - 1)
        assert (refused.status, refused.width, refused.height) == ("too-large", 90, 60)


def test_alpha_lies_on_white() -> None:
    alpha = IMAGE.copy()
    alpha.putalpha(0)
    assert (decode(encode(alpha, "PNG")).rgb == 255).all()
    half = Image.new("RGBA", (4, 4), (0, 0, 0, 128))
    assert np.abs(decode(encode(half, "PNG")).rgb.astype(int) - 127).max() <= 1
    keyed = encode(Image.new("RGB", (4, 4), (9, 8, 7)), "PNG", transparency=(9, 8, 7))
    assert (decode(keyed).rgb == 255).all()


def test_sixteen_bits_keep_the_upper_eight() -> None:
    ramp = (np.arange(256, dtype=np.uint16) * 257).reshape(16, 16)
    for kind in ("PNG", "TIFF"):
        rgb = decode(encode(Image.fromarray(ramp), kind)).rgb
        assert (rgb[..., 0] == (ramp >> 8)).all()


def test_float_greys_use_their_range() -> None:
    unit = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    for scale, shift in ((1, 0), (255, 0), (65535, 0), (1000, -500)):
        rgb = decode(encode(Image.fromarray(unit * np.float32(scale) + np.float32(shift)), "TIFF")).rgb
        assert np.abs(rgb[..., 0].astype(float) - unit * 255).max() <= 1.01
    broken = unit.copy()
    broken[0, 0] = np.nan
    assert decode(encode(Image.fromarray(broken), "TIFF")).rgb[0, 0, 0] == 0


def test_animations_give_their_first_frame() -> None:
    for kind, options in (("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {}), ("TIFF", {})):
        first = Image.new("RGB", (8, 8), "red")
        data = encode(first, kind, save_all=True, append_images=[Image.new("RGB", (8, 8), "blue")], **options)
        assert decode(data).rgb[4, 4].tolist() == [254, 0, 0] or decode(data).rgb[4, 4].tolist() == [
            255,
            0,
            0,
        ]


def test_warnings_stay_inside_when_threads_overlap() -> None:
    before = list(warnings.filters)
    files = [data for name, data in fuzzed() if name.startswith("exif/")] * 3
    with ThreadPoolExecutor(4) as pool:
        alone = [decode(data).status for data in files]
        assert list(pool.map(lambda data: decode(data).status, files)) == alone
    assert warnings.filters == before
