"""The bilinear form: its gradient, what it learns, that a search by vector is the form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from saccade.discovery.complete.bilinear import FitSettings, begin, draw, epochs, gradient, learned_form
from saccade.discovery.complete.looks import Looks, make_looks

SMALL = FitSettings(width=12, rank=8, epochs=6, triplets=4000, enough=20)


def planted(looks: int = 150, seed: int = 0, tastes: int = 5) -> Looks:
    """Two categories whose vectors say the taste in different places: alike is not what goes together."""
    dice = np.random.default_rng(seed)
    vectors: dict[str, np.ndarray] = {}
    kinds: dict[str, str] = {}
    groups: list[list[str]] = []
    for number in range(40):
        for kind, shift in (("sofa", 0), ("lamp", tastes)):
            name, vector = f"{kind}-{number}", dice.normal(0, 0.15, 2 * tastes)
            vector[shift + number % tastes] += 1
            vectors[name], kinds[name] = (vector / np.linalg.norm(vector)).astype(np.float32), kind
    for _ in range(looks):
        taste = int(dice.integers(tastes))
        groups.append(
            [f"{kind}-{taste + tastes * int(dice.integers(40 // tastes))}" for kind in ("sofa", "lamp")]
        )
    return make_looks(groups, vectors, kinds)


def right(looks: Looks, form_of: Looks, settings: FitSettings) -> float:
    form = learned_form(form_of, settings)
    triplets = draw(looks, 2000, np.random.default_rng(9))
    u, v, w = form.projected(looks.vectors, looks.category)[triplets.T]
    return float((((v - w) * u).sum(1) > 0).mean())


def test_the_gradient_is_the_slope_of_the_loss() -> None:
    dice = np.random.default_rng(0)
    z, rows = dice.normal(size=(3, 40, 5)), dice.integers(-1, 2, (3, 40))
    shared, own = dice.normal(size=(5, 3)), dice.normal(size=(2, 5, 3))

    def loss(shared: np.ndarray, own: np.ndarray) -> float:
        matrices = np.concatenate([own, np.zeros((1, 5, 3))]) + shared
        u, v, w = (
            np.einsum("tw,twr->tr", side, matrices[place]) for side, place in zip(z, rows, strict=True)
        )
        return float(np.logaddexp(0, -((v - w) * u).sum(1)).mean())

    d_shared, d_own = gradient(z, rows, shared, own)  # pyright: ignore[reportArgumentType]
    for part, slope, at in ((shared, d_shared, (1, 2)), (own, d_own, (1, 3, 0))):
        moved = part.copy()
        moved[at] += 1e-5
        after = loss(moved, own) if part is shared else loss(shared, moved)
        assert (after - loss(shared, own)) / 1e-5 == pytest.approx(slope[at], rel=1e-2, abs=1e-6)


def test_it_learns_what_does_not_look_alike() -> None:
    looks = planted()
    asked = planted(seed=0, looks=400).select(range(150, 400))
    untrained = right(asked, looks, replace(SMALL, epochs=0))
    assert right(asked, looks, SMALL) > max(0.75, untrained + 0.15)


def test_triplets_are_what_they_should_be() -> None:
    looks = planted()
    triplets = draw(looks, 3000, np.random.default_rng(0))
    anchor, positive, negative = triplets.T
    assert (looks.category[anchor] != looks.category[positive]).all()
    assert (looks.category[negative] == looks.category[positive]).all()
    together = {(int(a), int(b)) for look in range(len(looks)) for a in looks[look] for b in looks[look]}
    assert all((a, p) in together for a, p, _ in triplets.tolist()) and len(triplets) > 1000


def test_a_fit_that_stopped_goes_on_to_the_same_numbers() -> None:
    looks = planted(80)
    whole = list(epochs(looks, SMALL, begin(looks, SMALL)))[-1]
    half = list(epochs(looks, replace(SMALL, epochs=3), begin(looks, SMALL)))[-1]
    after = list(epochs(looks, SMALL, half))[-1]
    assert np.array_equal(after.now.shared, whole.now.shared) and np.array_equal(
        after.best.own, whole.best.own
    )


def test_a_search_is_the_form() -> None:
    looks = planted(80)
    form = learned_form(looks, SMALL)
    projected = form.projected(looks.vectors, looks.category)
    vector, offset = form.asked(projected[0], 0)
    some = looks.category == 0
    assert looks.vectors[some] @ vector - offset == pytest.approx(projected[some] @ projected[0], abs=1e-4)


def test_categories_that_nobody_knows_use_the_shared_matrix() -> None:
    looks = planted(80)
    form = learned_form(looks, SMALL)
    unknown = form.projected(looks.vectors[:1], np.array([-1]))
    assert unknown == pytest.approx((looks.vectors[:1] - form.mean) @ form.basis @ form.shared, abs=1e-5)


def test_no_looks_at_all() -> None:
    empty = planted(80).select([])
    assert draw(empty, 10, np.random.default_rng(0)).shape == (0, 3)
