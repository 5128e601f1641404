"""From bytes that nobody vouches for to upright RGB pixels, or to one word that says why not.

Decided: the format comes from the first bytes, never from a name. The declared size is checked before a
pixel is decoded. JPEG goes through libjpeg-turbo (`vision.jpeg`), everything else through Pillow with only
the one reader that the first bytes name. Nothing raises and nothing warns.

What becomes of the special kinds:
- EXIF orientation is applied; a corrupt EXIF block counts as upright.
- Transparency is laid over white. Animations and multi-page files give their first frame.
- CMYK and YCCK are converted by the plain formula; embedded colour profiles are ignored.
- 16 bits a channel keep their upper 8. Float and 32-bit greys: see `_grey`.
- MPO (stereo JPEG) gives its first picture; its format is "jpeg".
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from saccade.vision.formats import DECODED, ends_early, sniff
from saccade.vision.jpeg import decode_jpeg, jpeg_header
from saccade.vision.orientation import swaps_sides, upright
from saccade.vision.picture import Header, Picture, Status
from saccade.vision.quiet import quiet_pillow

# What Pillow itself warns about: a quarter of a gigabyte of RGB.
MAX_PIXELS = 178_956_970 // 2

_ORIENTATION = 0x0112
_WHITE = (255, 255, 255)


def header(data: bytes, *, max_pixels: int = MAX_PIXELS) -> Header:
    """Format and upright size of a picture file, without decoding pixels.

    "ok" means only that the header can be read: the pixels behind it may still be truncated or corrupt.
    """
    early = _refuse(data)
    if early is not None:
        return early
    if data.startswith(b"\xff\xd8") and (found := jpeg_header(data, max_pixels)):
        return found
    name = sniff(data) or ""
    with quiet_pillow():
        try:
            return _examine(_open(data, name), name, max_pixels)
        except Exception as error:
            return Header(*_blame(data, name, error), format=name)


def decode(data: bytes, *, max_pixels: int = MAX_PIXELS, draft: int | None = None) -> Picture:
    """Decode one picture file.

    `max_pixels`: refuse, before decoding, what declares more. `draft`: the shortest side in pixels that the
    caller needs; a JPEG at least twice as large is decoded smaller, never below it. Returns a `Picture`,
    whose `rgb` is uint8 [H, W, 3] when its `status` is "ok". Never raises for bad bytes.
    """
    early = _refuse(data)
    if early is not None:
        return Picture.refused(early)
    if data.startswith(b"\xff\xd8") and (found := jpeg_header(data, max_pixels)):
        if found.status != "ok":
            return Picture.refused(found)
        if picture := decode_jpeg(data, found, draft):
            return picture
    return _decode_with_pillow(data, max_pixels)


def _refuse(data: bytes) -> Header | None:
    """The verdicts that need only the first bytes."""
    if not data:
        return Header("empty", "zero bytes")
    name = sniff(data)
    if name is None:
        return Header("not-an-image", f"no picture format begins with {bytes(data[:8])!r}")
    if name not in DECODED:
        return Header("unsupported", f"{name} is not decoded: convert it to jpeg, png or webp", format=name)
    return None


def _decode_with_pillow(data: bytes, max_pixels: int) -> Picture:
    name, seen = sniff(data) or "", Header("ok")
    with quiet_pillow():
        try:
            image = _open(data, name)
            seen = _examine(image, name, max_pixels)
            if seen.status != "ok":
                return Picture.refused(seen)
            image.load()
            rgb = upright(_rgb(image), _orientation(image))
        # Readers of some forty thousand lines meet hostile bytes here: any exception is a verdict on them.
        except Exception as error:
            status, reason = _blame(data, name, error)
            return Picture(status, reason, None, seen.width, seen.height, name)
    return Picture("ok", "", rgb, rgb.shape[1], rgb.shape[0], name)


def _open(data: bytes, name: str) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=[DECODED[name]])


def _examine(image: Image.Image, name: str, max_pixels: int) -> Header:
    """The declared size, checked against what is allowed."""
    width, height = image.size
    # Pillow gives a TIFF's size upright already.
    if name != "tiff" and swaps_sides(_orientation(image)):
        width, height = height, width
    if width < 1 or height < 1:
        return Header("corrupt", f"{width} x {height} pixels declared", 0, 0, name)
    if width * height > max_pixels:
        return Header(
            "too-large", f"{width} x {height} pixels declared, {max_pixels} allowed", width, height, name
        )
    return Header("ok", "", width, height, name)


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    # Whatever is wrong with the metadata, the picture is still worth having.
    except Exception:
        return 1
    return value if value in range(1, 9) else 1


def _rgb(image: Image.Image) -> NDArray[np.uint8]:
    """Any of Pillow's modes to uint8 [H, W, 3]."""
    if image.mode == "F" or image.mode.startswith("I"):
        grey = _grey(np.asarray(image))
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        canvas = Image.new("RGB", image.size, _WHITE)
        canvas.paste(image, mask=image.getchannel("A"))
        return np.array(canvas)
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))


def _grey(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Greys of 16 bits, 32 bits or float to 8 bits, by the range that they use.

    uint16 keeps its upper byte, as Pillow does with 16-bit colour. Otherwise the smallest of the ranges
    0..1 (float only), 0..255 and 0..65535 that holds all values is taken as the scale, and values outside
    of all three are stretched from least to greatest. NaN is black.
    """
    if values.dtype.itemsize == 2:
        return (values.astype(np.uint16) >> 8).astype(np.uint8)
    numbers = np.nan_to_num(values.astype(np.float32))
    low, high = float(numbers.min()), float(numbers.max())
    if low < 0 or high > 65535:
        return ((numbers - low) * (255 / max(high - low, 1e-6))).clip(0, 255).astype(np.uint8)
    full = 1.0 if high <= 1 and values.dtype.kind == "f" else 255.0 if high <= 255 else 65535.0
    return (numbers * (255 / full)).astype(np.uint8)


def _blame(data: bytes, name: str, error: Exception) -> tuple[Status, str]:
    """A status and one line for what a reader raised."""
    text = " ".join(str(error).split())[:200] or type(error).__name__
    reason = f"{name}: {text}"
    if isinstance(error, (MemoryError, Image.DecompressionBombError)) or "too large" in text.lower():
        return "too-large", reason
    if isinstance(error, UnidentifiedImageError):
        # Pillow's own text names a BytesIO object.
        reason = f"{name}: the header cannot be read"
    if ends_early(data, name) or isinstance(error, EOFError) or "truncated" in text.lower():
        return "truncated", reason
    if "unsupported" in text.lower() or "not supported" in text.lower():
        return "unsupported", reason
    return "corrupt", reason
