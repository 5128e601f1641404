"""JPEG, the quick way: libjpeg-turbo through simplejpeg, in strict mode.

Decided: strict, because by default libjpeg fills what is missing with grey and only warns. Decoding is
equal to Pillow's bit for bit; a draft is decoded at 1/2, 1/4 or 1/8 inside the inverse DCT. What this path
does not want to judge (odd sampling, harmless oddities) it leaves to Pillow by returning None.
"""

from __future__ import annotations

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from saccade.vision.orientation import START_OF_SCAN, jpeg_orientation, jpeg_segments, swaps_sides, upright
from saccade.vision.picture import Header, Picture, Status

# libjpeg decodes every scan of a progressive file over the whole picture: a small file can cost hours.
MAX_SCANS = 100

_END_OF_IMAGE = b"\xff\xd9"
_SCAN_MARK = b"\xff\xda"
# Baseline and extended sequential frames.
_SEQUENTIAL = (0xC0, 0xC1)


def jpeg_header(data: bytes, max_pixels: int) -> Header | None:
    """Size and status without decoding; None when libjpeg-turbo's header reader will not have it."""
    try:
        stored = simplejpeg.decode_jpeg_header(data, strict=False)
    # Not only ValueError: KeyError for a colour space that it does not know.
    except Exception:
        return None
    height, width = int(stored[0]), int(stored[1])
    if swaps_sides(jpeg_orientation(data)):
        height, width = width, height
    if width * height > max_pixels:
        reason = f"{width} x {height} pixels declared, {max_pixels} allowed"
        return Header("too-large", reason, width, height, "jpeg")
    if not _is_one_scan(data) and (scans := data.count(_SCAN_MARK)) > MAX_SCANS:
        return Header("too-large", f"{scans} scans, {MAX_SCANS} allowed", width, height, "jpeg")
    return Header("ok", "", width, height, "jpeg")


def decode_jpeg(data: bytes, header: Header, draft: int | None) -> Picture | None:
    """Decode a JPEG whose header is good; None when Pillow should judge it."""
    try:
        rgb = _pixels(data, draft)
    except Exception as error:
        problem = _verdict(data, str(error))
        if problem is None:
            return None
        if problem != "ok":
            return Picture(problem, f"jpeg: {error}", None, header.width, header.height, "jpeg")
        # Whole but for the end mark, as some cameras and cut downloads leave it.
        rgb = _pixels(data + _END_OF_IMAGE, draft)
    rgb = upright(rgb, jpeg_orientation(data))
    return Picture("ok", "", rgb, header.width, header.height, "jpeg")


def _pixels(data: bytes, draft: int | None) -> NDArray[np.uint8]:
    """RGB as stored, not yet upright; raises for any warning of libjpeg."""
    # Below a factor of two a scaled inverse DCT is slower than the plain one.
    least, factor = (draft, 2) if draft else (0, 1)
    _, _, space, _ = simplejpeg.decode_jpeg_header(data, strict=False)
    if space not in ("CMYK", "YCCK"):
        return simplejpeg.decode_jpeg(data, "RGB", min_height=least, min_width=least, min_factor=factor)
    inks = simplejpeg.decode_jpeg(data, "CMYK", min_height=least, min_width=least, min_factor=factor)
    # Adobe stores inks inverted, and whoever writes CMYK JPEGs follows Adobe; so does Pillow.
    return np.array(Image.fromarray(255 - inks, "CMYK").convert("RGB"))


def _verdict(data: bytes, message: str) -> Status | None:
    """What libjpeg's complaint means: a status, "ok" when only the end mark is missing, None when unsure."""
    if "Premature end of JPEG file" in message:
        return "ok" if _lacks_only_its_end(data) else "truncated"
    if "Corrupt JPEG data" in message and "extraneous bytes" not in message:
        return "corrupt" if _END_OF_IMAGE in data[-1024:] else "truncated"
    return None


def _is_one_scan(data: bytes) -> bool:
    """True for the ordinary JPEG: sequential, all its components in the first scan."""
    components = 0
    for marker, start, _ in jpeg_segments(data):
        if marker in _SEQUENTIAL:
            components = data[start + 5] if start + 5 < len(data) else 0
        if marker == START_OF_SCAN:
            return components > 0 and data[start : start + 1] == bytes([components])
    return False


def _lacks_only_its_end(data: bytes) -> bool:
    """One scan only: the missing later scans of a progressive file would go unnoticed."""
    if not _is_one_scan(data):
        return False
    try:
        simplejpeg.decode_jpeg(data + _END_OF_IMAGE, "GRAY")
    except Exception:
        return False
    return True
