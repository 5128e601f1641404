"""Bad pictures: at least 500 mutated image files, made from nothing but a seed.

Every kind of trouble that the design names: broken, truncated, oversized, animated, CMYK, 16-bit,
EXIF-rotated, zero-byte and lying files, and decompression bombs. Run it to see what each becomes:
`.venv/bin/python benchmarks/fuzz.py`. Tests and `benchmarks/faults.py` use `fuzzed()`.
"""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Named = tuple[str, bytes]
_TRUNCATIONS = (0.02, 0.1, 0.3, 0.5, 0.8, 0.95, 0.99)
_FLIPS = (1, 2, 4, 8, 16, 32, 64)


def fuzzed(seed: int = 0) -> Iterator[Named]:
    """(name, bytes) of every file; the same for the same seed. The name begins with the kind and "/"."""
    rng = np.random.default_rng(seed)
    files = dict(seeds(rng))
    yield from ((f"good/{name}", data) for name, data in files.items())
    for name, data in files.items():
        yield from _truncated(name, data)
        yield from _flipped(name, data, rng)
        yield from _header_damaged(name, data, rng)
        yield from _shuffled(name, data, rng)
    yield from _oriented(rng)
    yield from _bombs()
    yield from _lies(files, rng)


def seeds(rng: np.random.Generator) -> Iterator[Named]:
    """Good files of every kind that is decoded: formats, modes, depths, animations."""
    rgb = photograph(rng)
    image = Image.fromarray(rgb)
    alpha = image.copy()
    alpha.putalpha(Image.fromarray(rgb[..., 0]))
    grey16 = Image.fromarray(rgb[..., 1].astype(np.uint16) * 257)
    colour16 = cv2.imencode(".png", rgb.astype(np.uint16) * 257)[1].tobytes()
    yield "plain.jpg", _encode(image, "JPEG", quality=85)
    yield "progressive.jpg", _encode(image, "JPEG", progressive=True)
    yield "grey.jpg", _encode(image.convert("L"), "JPEG")
    yield "cmyk.jpg", _encode(image.convert("CMYK"), "JPEG")
    yield "exif.jpg", _encode(image, "JPEG", exif=_exif(6))
    yield "stereo.jpg", _encode(image, "MPO", frames=_shifted(rgb))
    yield "plain.png", _encode(image, "PNG")
    yield "palette.png", _encode(image.quantize(32), "PNG", transparency=3)
    yield "alpha.png", _encode(alpha, "PNG")
    yield "grey16.png", _encode(grey16, "PNG")
    yield "colour16.png", colour16
    yield "bilevel.png", _encode(image.convert("1"), "PNG")
    yield "animated.png", _encode(image, "PNG", frames=_shifted(rgb))
    yield "animated.gif", _encode(image.quantize(64), "GIF", frames=_shifted(rgb))
    yield "plain.gif", _encode(image.quantize(64), "GIF")
    yield "lossy.webp", _encode(image, "WEBP", quality=80)
    yield "alpha.webp", _encode(alpha, "WEBP", lossless=True)
    yield "animated.webp", _encode(image, "WEBP", frames=_shifted(rgb))
    yield "plain.tif", _encode(image, "TIFF")
    yield "deflate.tif", _encode(image, "TIFF", compression="tiff_adobe_deflate")
    yield "cmyk.tif", _encode(image.convert("CMYK"), "TIFF")
    yield "float.tif", _encode(Image.fromarray(rgb[..., 0].astype(np.float32) / 255), "TIFF")
    yield "grey16.tif", _encode(grey16, "TIFF")
    yield "pages.tif", _encode(image, "TIFF", frames=_shifted(rgb))
    yield "plain.bmp", _encode(image, "BMP")
    yield "palette.bmp", _encode(image.quantize(16), "BMP")
    yield "plain.avif", _encode(image, "AVIF", quality=60)


def photograph(rng: np.random.Generator, height: int = 61, width: int = 83) -> NDArray[np.uint8]:
    """Something with the smoothness of a photograph: coarse noise enlarged, uint8 [H, W, 3]."""
    coarse = rng.integers(0, 256, (7, 9, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))


def _shifted(rgb: NDArray[np.uint8]) -> list[Image.Image]:
    """Three more frames. New ones each time: saving leaves the settings of one encoder on an image."""
    return [Image.fromarray(np.roll(rgb, 9 * shift, axis=1)) for shift in range(1, 4)]


def _truncated(name: str, data: bytes) -> Iterator[Named]:
    for share in _TRUNCATIONS:
        yield f"truncated/{share}-{name}", data[: int(len(data) * share)]


def _flipped(name: str, data: bytes, rng: np.random.Generator) -> Iterator[Named]:
    for count in _FLIPS:
        broken = np.frombuffer(data, np.uint8).copy()
        at = rng.integers(min(16, len(data) - 1), len(data), count)
        broken[at] ^= (1 << rng.integers(0, 8, count)).astype(np.uint8)
        yield f"flipped/{count}-{name}", broken.tobytes()


def _header_damaged(name: str, data: bytes, rng: np.random.Generator) -> Iterator[Named]:
    """The signature stays, some of the next bytes become noise: sizes, offsets and counts lie."""
    for start, length in ((4, 4), (12, 16), (8, 64)):
        broken = bytearray(data)
        broken[start : start + length] = rng.integers(0, 256, length, dtype=np.uint8).tobytes()
        yield f"header/{start}+{length}-{name}", bytes(broken)


def _shuffled(name: str, data: bytes, rng: np.random.Generator) -> Iterator[Named]:
    """Blocks after the header in another order, doubled, or left out."""
    blocks = [data[at : at + 97] for at in range(32, len(data), 97)]
    mixed = [blocks[at] for at in rng.permutation(len(blocks))]
    yield f"shuffled/order-{name}", data[:32] + b"".join(mixed)
    yield f"shuffled/doubled-{name}", data[:32] + b"".join(block + block for block in blocks)
    yield f"shuffled/gaps-{name}", data[:32] + b"".join(blocks[::2])


def _oriented(rng: np.random.Generator) -> Iterator[Named]:
    """Every EXIF orientation, impossible ones, and EXIF blocks that are damaged."""
    image = Image.fromarray(photograph(rng))
    for orientation in (*range(10), 65535):
        for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
            yield f"exif/{orientation}.{kind.lower()}", _encode(image, kind, exif=_exif(orientation))
    good = _encode(image, "JPEG", exif=_exif(6))
    start = good.index(b"Exif\0\0") + 6
    for at in range(8):
        broken = bytearray(good)
        broken[start + 2 * at : start + 2 * at + 2] = b"\xff\xfe"
        yield f"exif/corrupt-{at}.jpg", bytes(broken)
    yield "exif/empty.jpg", good.replace(b"Exif\0\0", b"Exif\0\1")


def _bombs() -> Iterator[Named]:
    """Small files that ask for much: pixels, text, profiles, scans."""
    for side in (20_000, 65_535, 2**31 - 1):
        yield f"bomb/{side}.png", png(side, side, b"\0" * 100)
        yield f"bomb/{side}.bmp", _huge_bmp(side)
        yield f"bomb/{side}.tif", _huge_tiff(side)
    yield "bomb/65535.gif", b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\x80\0\0" + b"\0" * 6 + b";"
    yield "bomb/frame.gif", _wide_frame_gif()
    yield "bomb/16383.webp", _huge_webp()
    yield "bomb/65500.jpg", _huge_jpeg()
    yield "bomb/scans.jpg", _many_scans()
    full = zlib.compress(b"\0" * 64_000_000, 9)
    yield "bomb/text.png", png(8, 8, b"\0" * 200, (b"zTXt", b"a\0\0" + full))
    yield "bomb/profile.png", png(8, 8, b"\0" * 200, (b"iCCP", b"a\0\0" + full))
    yield "bomb/pixels.png", png(8, 8, b"\0" * 64_000_000)
    yield "bomb/chunk.png", png(8, 8, b"\0" * 200, (b"tEXt", b"a\0" + b"x" * 5_000_000))


def _lies(files: dict[str, bytes], rng: np.random.Generator) -> Iterator[Named]:
    """Files that are not what their name says, and files that are nothing."""
    yield "lying/zero.jpg", b""
    yield "lying/one-byte.jpg", b"\xff"
    yield "lying/page.jpg", b"<!DOCTYPE html><html><body>404 <svg></svg></body></html>"
    yield "lying/text.png", b"The picture is not available.\n" * 20
    yield "lying/json.webp", b'{"error": "forbidden"}'
    yield "lying/png.jpg", files["plain.png"]
    yield "lying/jpg.png", files["plain.jpg"]
    yield "lying/archive.jpg", b"PK\x03\x04" + rng.bytes(500)
    yield "lying/drawing.jpg", b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'
    yield "lying/phone.jpg", struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + rng.bytes(400)
    yield "lying/film.jpg", struct.pack(">I", 20) + b"ftypisom\0\0\0\0isom" + rng.bytes(400)
    yield "lying/print.jpg", b"%PDF-1.7\n" + rng.bytes(200)
    for number in range(20):
        yield f"lying/noise-{number}.jpg", rng.bytes(int(rng.integers(1, 3000)))
    for signature in (
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\xff\xff\xff\xffWEBP",
        b"II*\0",
        b"BM",
    ):
        yield f"lying/signature-{signature[:3].hex()}.jpg", signature
        yield f"lying/signature-noise-{signature[:3].hex()}.jpg", signature + rng.bytes(600)


def png(width: int, height: int, pixels: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG (8-bit grey) that declares any size, with any pixels and any extra chunks before them."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _huge_bmp(side: int) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 24, 0, 0, 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 64, 0, 0, 54) + info + b"\0" * 64


def _huge_tiff(side: int) -> bytes:
    tags = (
        (256, 4, side),
        (257, 4, side),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 200),
        (278, 4, side),
        (279, 4, 64),
    )
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return (b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + b"\0" * 4).ljust(264, b"\0")


def _wide_frame_gif() -> bytes:
    """A one-pixel screen whose first frame is 65535 × 65535."""
    head = b"GIF89a" + struct.pack("<HH", 1, 1) + b"\x80\0\0" + b"\0" * 6
    return head + b"," + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\x02\x02\x4c\x01\0;"


def _huge_webp() -> bytes:
    body = struct.pack("<I", 0x2F | ((16382 | 16382 << 14) & 0xFFFFFF) << 8) + b"\x0f\0" + b"\0" * 40
    frame = b"VP8L" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(frame)) + b"WEBP" + frame


def _huge_jpeg() -> bytes:
    data = bytearray(_encode(Image.new("RGB", (16, 16), "red"), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 65500, 65500)
    return bytes(data)


def _many_scans() -> bytes:
    """A progressive JPEG whose last scan is repeated 5,000 times."""
    data = _encode(Image.new("RGB", (2000, 2000), "red"), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 5000 + data[-2:]


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def _encode(
    image: Image.Image, kind: str, frames: list[Image.Image] | None = None, **options: object
) -> bytes:
    stream = io.BytesIO()
    if frames:
        options |= {"save_all": True, "append_images": frames}
    image.copy().save(stream, kind, **options)
    return stream.getvalue()


def main() -> None:
    """Decode every file and print how many of each kind got each status."""
    from saccade.vision.decode import decode

    counts = Counter((name.split("/")[0], decode(data).status) for name, data in fuzzed())
    for (kind, status), count in sorted(counts.items()):
        sys.stdout.write(f"{kind:10} {status:13} {count}\n")
    sys.stdout.write(f"{sum(counts.values())} files\n")


if __name__ == "__main__":
    main()
