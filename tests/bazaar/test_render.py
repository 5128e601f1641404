"""Geometry and light, against what is known without drawing."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from saccade.bazaar.materials import MATERIALS, Surface
from saccade.bazaar.mesh import block, curve, lathe, rounded, sheet, tube
from saccade.bazaar.patterns import PATTERNS, weights
from saccade.bazaar.raster import cover, empty
from saccade.bazaar.render import Pose, aim, draw, frame, shoot
from saccade.bazaar.shade import Light
from saccade.bazaar.solid import Part, Solid, put, together, weld

RED = Surface((0.8, 0.1, 0.1), MATERIALS["cotton"])


def ball(surface: Surface = RED) -> Solid:
    t = np.linspace(-np.pi / 2, np.pi / 2, 24)
    return weld([Part(lathe(np.column_stack([np.cos(t), np.sin(t)]), 48), surface)])


def test_normals_of_a_ball_point_outwards() -> None:
    body = ball()
    outward = body.vertices - np.array([0, 1, 0])
    assert ((body.normals * outward).sum(axis=1) > 0.98).all()
    assert body.closed.all()


def test_a_sheet_is_not_closed_and_a_block_is() -> None:
    assert not weld([Part(sheet(1, 1), RED)]).closed.any()
    assert weld([Part(block(rounded(1, 1), 0.5, 0.1), RED)]).closed.all()


def test_cloth_keeps_lengths() -> None:
    pipe = tube(np.linspace((0, 0, 0), (0, 3, 0), 10), 0.5, 64, capped=False)
    assert np.isclose(np.ptp(pipe.cloth[:, :, 1]), 3, atol=1e-3)
    assert np.isclose(np.ptp(pipe.cloth[0, :, 0]), np.pi, atol=0.01)


def test_a_curve_passes_through_its_knots() -> None:
    knots = np.array([[0, 0], [1, 2], [3, 1], [4, 4]], float)
    assert np.allclose(curve(knots, 31)[::10], knots, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 32), min_size=6, max_size=6))
def test_a_triangle_covers_its_inside(corners: list[float]) -> None:
    points = np.array(corners).reshape(3, 2)
    screen = np.column_stack([points, np.ones(3)]).astype(np.float32)
    near, triangle = empty(32, 32)
    cover(screen, np.array([[0, 1, 2]], np.int32), np.zeros(1, bool), near, triangle)
    (a, b, c), middles = points, np.stack(np.meshgrid(np.arange(32) + 0.5, np.arange(32) + 0.5), 2)

    def side(p: np.ndarray, q: np.ndarray) -> np.ndarray:
        return (q[0] - p[0]) * (middles[:, :, 1] - p[1]) - (q[1] - p[1]) * (middles[:, :, 0] - p[0])

    sides = np.stack([side(a, b), side(b, c), side(c, a)])
    clear = 0.05 * max(1.0, np.abs(points).max())
    inside, outside = (
        (sides > clear).all(0) | (sides < -clear).all(0),
        (sides.min(0) < -clear) & (sides.max(0) > clear),
    )
    assert (triangle[inside] == 0).all()
    assert (triangle[outside] == -1).all()


def test_the_nearer_of_two_triangles_wins() -> None:
    screen = np.array(
        [[0, 0, 0.5], [32, 0, 0.5], [0, 32, 0.5], [0, 0, 0.9], [32, 0, 0.9], [0, 32, 0.9]], np.float32
    )
    near, triangle = empty(32, 32)
    cover(screen, np.array([[3, 4, 5], [0, 1, 2]], np.int32), np.zeros(2, bool), near, triangle)
    assert triangle[4, 4] == 0 and np.isclose(near[4, 4], 0.9)


def test_light_comes_from_its_side_and_shadow_falls_on_the_other() -> None:
    body = ball()
    view = frame(body, Pose(0, 20, fill=0.5), 96)
    shots = [draw(body, view, Light(key=(side, 0.7, 0.5)), 96) for side in (-1.0, 1.0)]
    left, right = (shot.rgba[30:60, 30:48, 0].mean() - shot.rgba[30:60, 48:66, 0].mean() for shot in shots)
    assert left > 0.03 and right < -0.03
    columns = np.arange(96)
    middles = [(shot.shadow.sum(axis=0) * columns).sum() / shot.shadow.sum() for shot in shots]
    assert middles[0] > 52 and middles[1] < 44


def test_glass_lets_the_ground_through_and_clay_does_not() -> None:
    view = frame(ball(), Pose(), 64)
    clay = draw(ball(), view, Light(), 64).rgba[32, 32, 3]
    glass = draw(ball(Surface((0.8, 0.9, 0.9), MATERIALS["glass"])), view, Light(), 64).rgba[32, 32, 3]
    assert clay == 1 and 0.2 < glass < 0.9


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(PATTERNS) - 1), st.floats(-50, 50), st.floats(-50, 50), st.floats(0.001, 2))
def test_shares_of_colours_are_shares(kind: int, u: float, v: float, soft: float) -> None:
    second, third = weights(kind, u, v, soft)
    assert second >= 0 and third >= 0 and second + third <= 1 + 1e-6
    assert kind > 0 or second == third == 0


def test_what_stands_behind_glass_is_seen_through_it() -> None:
    pane = put(ball(Surface((0.8, 0.9, 0.9), MATERIALS["glass"])), 0.5, (0, 0.5, 1.6))
    clay = put(ball(Surface((0.2, 0.8, 0.3), MATERIALS["cotton"])), 0.5, (0, 0.5, 1.6))
    shots = []
    for before in (pane, clay):
        world = together([ball(), before])
        view = aim(ball().vertices, np.array([0, 1, 0], np.float32), Pose(0, 0), 48, 64)
        shots.append(shoot(world, view, Light(), 48, 64))
    (through, seen), (hidden, other) = shots
    assert through.rgba.shape == (48, 64, 4) and seen.shape == (96, 128)
    assert through.rgba[24, 32, 0] > hidden.rgba[24, 32, 0] + 0.1, "red shines through"
    assert seen[48, 64] >= len(ball().faces) and other[48, 64] >= len(ball().faces)


def test_a_solid_put_elsewhere_keeps_its_cloth() -> None:
    small = put(ball(), 0.5, (1, 2, 3), (0, 90, 0))
    assert np.allclose(small.bounds.mean(axis=0), [1, 2.5, 3], atol=1e-3)
    assert np.allclose(small.cloth, ball().cloth * 0.5) and np.allclose(
        small.surfaces[:, 10], ball().surfaces[:, 10] * 0.5
    )
