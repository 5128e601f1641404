"""Lens: a camera photo is understood, asked of several sources, and their answers are blended.

    lens = Lens.open(engine)
    answer = lens.ask(LensQuery(image=Path("street.jpg").read_bytes()))
    answer.results[0].shares        # which sources said so

`understand` says what is in the photo, `sources` ask, `confidence` says how far each is to be believed,
`blend` and `learned` mix. After Zhai et al. 2017 (arXiv 1702.04680), whose blending weights are not
published.
"""

from __future__ import annotations

from saccade.discovery.lens.lens import Lens
from saccade.discovery.lens.shapes import LensAnswer, LensQuery, LensResult, Share, Understanding

__all__ = ["Lens", "LensAnswer", "LensQuery", "LensResult", "Share", "Understanding"]
