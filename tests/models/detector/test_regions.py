"""RoIAlign by matrix products equals torchvision's."""

from __future__ import annotations

import torch
from torchvision.ops import roi_align

from saccade.models.detector.regions import align


def test_it_equals_torchvisions_and_so_does_its_gradient() -> None:
    torch.manual_seed(0)
    ends = torch.rand(12, 2, 2) * 96
    boxes = torch.cat([ends.amin(1), ends.amax(1)], dim=1)
    parts = [boxes[:9], boxes[9:]]
    grids = [
        torch.randn(2, 5, 12, 12, generator=torch.Generator().manual_seed(1)).requires_grad_() for _ in "ab"
    ]
    ours = align(grids[0], parts, 96)
    theirs = roi_align(grids[1], parts, 7, 12 / 96, 2, aligned=True)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)
    (ours**2).sum().backward()
    (theirs**2).sum().backward()
    torch.testing.assert_close(grids[0].grad, grids[1].grad, atol=1e-4, rtol=1e-4)


def test_a_picture_without_boxes_gives_no_cells() -> None:
    none = torch.zeros(0, 4)
    assert align(torch.randn(2, 3, 4, 4), [none, none], 32).shape == (0, 3, 7, 7)
