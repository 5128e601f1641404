"""What is known of one picture file: the closed set of statuses, and the two results that carry them.

Decided: a bad picture is a result, not an exception, so that one row with a status and a reason is all that
it costs. The set is closed: whoever counts or filters by status can list them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Status = Literal["ok", "empty", "not-an-image", "unsupported", "truncated", "corrupt", "too-large"]
"""What decoding can say.

- ok: decoded whole.
- empty: zero bytes.
- not-an-image: the first bytes are of no picture format (text, HTML, an archive), whatever the name says.
- unsupported: a known format or variant that is not decoded here (SVG, HEIC, PDF, 12-bit JPEG).
- truncated: the end is missing. The part that is there is not used.
- corrupt: damaged in some other way.
- too-large: more pixels declared, or more work or memory asked for, than is allowed.
"""

STATUSES: tuple[str, ...] = get_args(Status)


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself: upright size in pixels, 0 when unknown; `format` in lower case or ""."""

    status: Status
    reason: str = ""
    width: int = 0
    height: int = 0
    format: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded picture, or why there is none.

    `rgb`: uint8 [H, W, 3], upright, contiguous, or None unless `status` is "ok". `width`, `height`: the
    upright size in pixels of the whole picture; a draft's array is smaller. `reason`: one line, empty for ok.
    """

    status: Status
    reason: str = ""
    rgb: NDArray[np.uint8] | None = None
    width: int = 0
    height: int = 0
    format: str = ""

    @classmethod
    def refused(cls, header: Header) -> Picture:
        """The picture that a header already rules out."""
        return cls(header.status, header.reason, None, header.width, header.height, header.format)
