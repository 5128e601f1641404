"""What kind of file is this? Decided by the first bytes alone: names and extensions lie.

`DECODED` formats are read by `vision.decode`; the others are recognised only to say so in one clear word.
Not here: any reading of pixels, sizes or metadata.
"""

from __future__ import annotations

# Lower-case name → the name of Pillow's reader.
DECODED = {
    "jpeg": "JPEG",
    "png": "PNG",
    "gif": "GIF",
    "webp": "WEBP",
    "tiff": "TIFF",
    "bmp": "BMP",
    "avif": "AVIF",
}

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"BM", "bmp"),
    (b"8BPS", "psd"),
    (b"%PDF", "pdf"),
    (b"%!PS", "eps"),
    (b"\0\0\1\0", "ico"),
    (b"\0\0\0\x0cjP  ", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
    (b"\0\0\0\x0cJXL ", "jpeg-xl"),
    (b"\xff\x0a", "jpeg-xl"),
    (b"v/1\x01", "openexr"),
    (b"#?RADIANCE", "hdr"),
    (b"qoif", "qoi"),
    (b"\x1aE\xdf\xa3", "webm"),
)

# Brands of the ISO media container (the four bytes after "ftyp").
_BRANDS = {b"avif": "avif", b"avis": "avif"}
_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))

# How far into a text an <svg> element is looked for: prologues and comments come before it.
_SVG_WINDOW = 1024


def sniff(data: bytes) -> str | None:
    """The format's lower-case name, or None when the bytes are no picture that is known here."""
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return _container(data)
    return "svg" if _is_svg(data) else None


def ends_early(data: bytes, name: str) -> bool:
    """True when the file's own lengths or end mark say that bytes are missing at its end."""
    if name == "jpeg":
        return b"\xff\xd9" not in data[-1024:]
    if name == "png":
        return b"IEND" not in data[-1024:]
    if name == "gif":
        return not data.rstrip(b"\0").endswith(b";")
    if name == "webp":
        return int.from_bytes(data[4:8], "little") + 8 > len(data)
    if name == "bmp":
        return int.from_bytes(data[2:6], "little") > len(data)
    return name == "avif" and _boxes_overrun(data)


def _container(data: bytes) -> str:
    brand = data[8:12]
    if brand in _BRANDS:
        return _BRANDS[brand]
    length = int.from_bytes(data[:4], "big")
    compatible = {data[at : at + 4] for at in range(16, min(length, len(data), 256), 4)}
    if b"avif" in compatible:
        return "avif"
    return "heic" if brand in _HEIF_BRANDS else "video"


def _boxes_overrun(data: bytes) -> bool:
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if length < 8:
            return False
        at += length
    return at != len(data)


def _is_svg(data: bytes) -> bool:
    start = data[:_SVG_WINDOW].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    # An HTML page may well contain an inline <svg>; that does not make it a picture.
    return start.startswith((b"<?xml", b"<svg", b"<!--", b"<!doctype svg")) and b"<svg" in start
