"""People: tones as published and as seen, limbs of one length, clothes over the body."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from saccade.bazaar.figures import body
from saccade.bazaar.figures.head import CUTS, head
from saccade.bazaar.figures.skin import MONK, SHARES, hair_colour, hair_cut, swatch, tone
from saccade.bazaar.layout import _light
from saccade.bazaar.palette import lab, luminance
from saccade.bazaar.people import Person, figure, person
from saccade.bazaar.products import Product, product
from saccade.bazaar.random import stream
from saccade.bazaar.render import Pose, aim, shoot
from saccade.bazaar.solid import put, together

SOMEBODY = Person(5, "regular", "standing", "short", (0.2, 0.15, 0.1), "slim", "navy", 1.0)


def example(category: str, number: int = 0) -> Product:
    found = [p for i in range(600) if (p := product(2, i)).category == category]
    return found[number]


def face(own: int, light_of: int) -> np.ndarray:
    """Displayed colour (3,) of the skin between the eyes and the mouth."""
    parts = figure(replace(SOMEBODY, tone=own), {"top": example("t-shirt")})
    world = put(together([solid for _, solid in parts]), 1 / 20)
    low, high = body.HEAD - 3.5, body.HEAD - 0.5
    corners = np.array([(x, y, 0.4) for x in (-0.3, 0.3) for y in (low / 20, high / 20)], np.float32)
    view = aim(corners, corners.mean(axis=0), Pose(0, 3, 0, 6.0, 1.0), 32, 32)
    shot, _ = shoot(world, view, _light(stream(0, "test light", light_of)), 32, 32)
    return np.median(shot.rgba[:, :, :3].reshape(-1, 3), axis=0)


def test_faces_have_the_tone_of_their_swatch_in_every_light() -> None:
    swatches = np.array([lab(swatch(t)) for t in range(1, 11)])
    near = 0
    for light in range(4):
        seen = [face(t, light) for t in range(1, 11)]
        lightness = [luminance(tuple(s)) for s in seen]
        order = sorted(range(10), key=lambda t: -luminance(swatch(t + 1)))
        assert [lightness[t] for t in order] == sorted(lightness, reverse=True)
        for t in range(10):
            gaps = np.linalg.norm(swatches - lab(tuple(seen[t])), axis=1)
            near += int(swatches[t].tolist() == swatches[gaps.argmin()].tolist())
            assert abs(int(gaps.argmin()) - t) <= 2
    assert near >= 28, near


def test_swatches_are_the_published_ones() -> None:
    assert MONK[0] == "#f6ede4" and MONK[9] == "#292420" and len(MONK) == 10
    assert swatch(6) == (160 / 255, 126 / 255, 86 / 255)


def test_tones_are_spread_unevenly_as_stated() -> None:
    dice = stream(0, "test tones")
    counts = Counter(tone(dice) for _ in range(4000))
    assert np.isclose(sum(SHARES), 1) and max(SHARES) > 3 * min(SHARES)
    for t, share in enumerate(SHARES, 1):
        assert abs(counts[t] - 4000 * share) < 4.5 * np.sqrt(4000 * share * (1 - share))


def test_hair_leans_with_tone_and_is_not_settled_by_it() -> None:
    dice = stream(0, "test hair")
    light = [hair_colour(dice, 2) for _ in range(400)]
    deep = [hair_colour(dice, 9) for _ in range(400)]
    assert np.mean([luminance(c) for c in light]) > np.mean([luminance(c) for c in deep]) + 0.1
    assert set(light) == set(deep), "nothing but what is rare is excluded"
    assert {hair_cut(dice, 5) for _ in range(300)} == set(CUTS)


@pytest.mark.parametrize("cut", CUTS)
def test_every_head_is_finite_and_of_one_size(cut: str) -> None:
    points = np.concatenate([patch.points.reshape(-1, 3) for _, patch in head(cut)])
    assert np.isfinite(points).all()
    assert 14 < np.ptp(points[:, 0]) < 26 and points[:, 2].max() < 13


@pytest.mark.parametrize("pose", body.STANCES)
@pytest.mark.parametrize("build", body.BUILDS)
def test_limbs_keep_their_lengths_and_feet_the_ground(build: str, pose: str) -> None:
    for side in (-1.0, 1.0):
        elbow, wrist, _ = body.arm(build, pose, side)
        assert np.isclose(np.linalg.norm(elbow - body.joint(build, side)), 28.5, atol=0.1)
        assert np.isclose(np.linalg.norm(wrist - elbow), 24)
    whole = figure(replace(SOMEBODY, build=build, pose=pose), {})[0][1]
    low, high = whole.bounds
    assert -0.5 < low[1] < 1.5 and 170 < high[1] < 196
    assert np.isfinite(whole.vertices).all() and np.isfinite(whole.normals).all()


@pytest.mark.parametrize("pose", ["standing", "hip", "walking"])
@pytest.mark.parametrize("category", ["t-shirt", "dress"])
def test_garments_cover_the_body(category: str, pose: str) -> None:
    for number, build in enumerate(body.BUILDS):
        parts = figure(
            replace(SOMEBODY, build=build, pose=pose, legs="bare"), {"top": example(category, number)}
        )
        world = put(together([solid for _, solid in parts]), 1 / 86)
        hem = float(parts[1][1].bounds[0, 1]) if category == "t-shirt" else 100.0
        box = np.array(
            [(x, y, 0.1) for x in (-9 / 86, 9 / 86) for y in ((hem + 4) / 86, 122 / 86)], np.float32
        )
        view = aim(box, box.mean(axis=0), Pose(20, 4, 0, 6.0, 1.0), 48, 48)
        _, faces = shoot(world, view, _light(stream(0, "l")), 48, 48)
        columns = faces[:, 24:72] if category == "t-shirt" else faces[16:80, 24:72]
        covered = columns >= len(parts[0][1].faces)
        arms = 0.1 if pose == "hip" else 0.02
        assert covered.mean() > 1 - arms, build


def test_what_is_worn_sits_where_it_belongs() -> None:
    worn = {"head": example("hat"), "eyes": example("sunglasses"), "feet": example("sneaker"),
            "hand": example("handbag"), "back": example("backpack")}  # fmt: skip
    boxes = {index: solid.bounds for index, solid in figure(SOMEBODY, worn)}
    middle = {slot: boxes[item.index].mean(axis=0) for slot, item in worn.items()}
    assert middle["head"][1] > body.HEAD + 5 and abs(middle["head"][0]) < 1
    assert abs(middle["eyes"][1] - body.HEAD) < 4
    assert boxes[worn["feet"].index][0, 1] > -0.5 and boxes[worn["feet"].index][1, 1] < 25
    assert middle["hand"][0] > 15 and middle["back"][2] < -15


def test_people_differ_and_fit_what_they_wear() -> None:
    many = [
        person(stream(1, "p", i), "urban", {"top": "dress", "head": "hat"}, {"standing": 1.0})
        for i in range(60)
    ]
    assert len({someone.tone for someone in many}) >= 8 and len({someone.build for someone in many}) == 4
    assert {someone.legs for someone in many} == {"bare"}
    assert not {someone.cut for someone in many} & {"bun", "curls"}


def test_a_belt_lies_over_its_dress_on_every_build() -> None:
    dress = next(
        p for i in range(3000) if (p := product(2, i)).category == "dress" and dict(p.form)["belt"] > 0.1
    )
    for build in body.BUILDS:
        parts = figure(replace(SOMEBODY, build=build, pose="open", legs="bare"), {"top": dress})
        world = put(together([solid for _, solid in parts]), 1 / 86)
        belt = world.part == world.part.max()
        points = world.vertices[np.unique(world.faces[belt])]
        box = points * np.array([0.8, 1, 1], np.float32)
        view = aim(box, points.mean(axis=0), Pose(0, 4, 0, 6.0, 0.98), 48, 48)
        _, faces = shoot(world, view, _light(stream(0, "l")), 48, 48)
        seen = np.where(faces >= 0, belt[faces], False).any(axis=0)
        assert seen[4:-4].mean() > 0.97, build
