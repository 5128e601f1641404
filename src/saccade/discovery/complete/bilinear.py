"""What goes with what within two categories: a low-rank bilinear form of embeddings, learned from triplets.

    score(a, b) = (z(a) P[category of a]) · (z(b) P[category of b]),   z(x) = (x - mean) basis

Decided:
- Triplets as Li et al. 2020: anchor and positive from one look and two categories, the negative of the
  positive's category and not of that look. The loss is -log sigmoid(score(a, p) - score(a, n)) (BPR, Rendle
  et al. 2009), minimised by Adam (Kingma & Ba 2015), in NumPy: the gradient of a bilinear form is three
  products.
- P of a category is a shared matrix plus its own, which decays to nothing, so that a category seen seldom
  uses the shared one. Before learning the form is the cosine of whitened embeddings: what looks alike goes
  together.
- A tenth of the looks is kept aside; the weights of the epoch that ranks them best are taken, the untrained
  ones too.
- Every epoch draws from its own generator, so a fit that was interrupted goes on to the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.complete.looks import Looks

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
_BETAS, _EPSILON = (0.9, 0.999), 1e-8


@dataclass(frozen=True)
class FitSettings:
    """width: of whitened embeddings; rank: of the form; triplets: of an epoch, at most; rate: of Adam; decay:
    of the categories' own matrices; aside: share of looks that choose the epoch; enough: times that a
    category is in looks from which on it has a matrix of its own.
    """

    width: int = 64
    rank: int = 32
    epochs: int = 12
    triplets: int = 20_000
    batch: int = 256
    rate: float = 3e-3
    decay: float = 1e-3
    shrink: float = 0.1
    aside: float = 0.1
    enough: int = 100
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Bilinear:
    """mean: float32 [D]; basis: [D, W]; shared: [W, R]; own: [O, W, R]; rows: int64 [C], in own or -1."""

    mean: Floats
    basis: Floats
    shared: Floats
    own: Floats
    rows: Ints

    def projected(self, vectors: Floats, category: Ints) -> Floats:
        """float32 [N, R]: z(x) P of vectors [N, D] of categories [N]; -1 is a category that nobody knows."""
        z = ((vectors - self.mean) @ self.basis).astype(np.float32)
        return _projected(z, self.row_of(category), self.shared, self.own)

    def asked(self, projected: Floats, category: int) -> tuple[Floats, float]:
        """The vector [D] whose product with x, less the offset, is the score of x of that category."""
        row = int(self.row_of(np.array([category]))[0])
        matrix = self.shared if row < 0 else self.shared + self.own[row]
        vector = self.basis @ (matrix @ projected)
        return vector.astype(np.float32), float(vector @ self.mean)

    def row_of(self, category: Ints) -> Ints:
        """The places in `own` of categories, -1 for those without one."""
        return (
            np.where(category >= 0, self.rows[category], -1) if len(self.rows) else np.full_like(category, -1)
        )


@dataclass(eq=False)
class State:
    """A fit between two epochs: what is being learned, Adam's moments, and the best so far."""

    epoch: int
    now: Bilinear
    best: Bilinear
    right: float
    moments: list[Floats] = field(default_factory=list)
    steps: int = 0


def begin(looks: Looks, settings: FitSettings) -> State:
    """Before the first epoch: whitened cosine."""
    mean = looks.vectors.mean(0)
    centred = (looks.vectors - mean).astype(np.float64)
    values, vectors = np.linalg.eigh(centred.T @ centred / max(len(centred), 1))
    keep = np.argsort(values)[::-1][: min(settings.width, len(values))]
    scale = 1 / np.sqrt(np.maximum(values[keep], 0) + settings.shrink * max(values.mean(), 1e-9))
    basis = (vectors[:, keep] * scale / np.sqrt(len(keep))).astype(np.float32)
    shared = np.eye(len(keep), min(settings.rank, len(keep)), dtype=np.float32)
    met = np.bincount(looks.category[looks.members], minlength=len(looks.categories)) >= settings.enough
    own = np.zeros((int(met.sum()), *shared.shape), np.float32)
    rows = np.where(met, np.cumsum(met) - 1, -1).astype(np.int64)
    form = Bilinear(mean.astype(np.float32), basis, shared, own, rows)
    moments = [np.zeros_like(part) for part in (shared, shared, own, own)]
    return State(0, form, form, _right(form, looks, settings), moments)


def epochs(looks: Looks, settings: FitSettings, state: State) -> Iterator[State]:
    """The state after each further epoch."""
    taught = looks.select(look for look in range(len(looks)) if not _aside(look, settings))
    while state.epoch < settings.epochs:
        dice = np.random.default_rng((settings.seed, state.epoch))
        state = _epoch(taught, draw(taught, settings.triplets, dice), settings, state)
        right = _right(state.now, looks, settings)
        if right > state.right:
            state = replace(state, best=state.now, right=right)
        yield state


def learned_form(looks: Looks, settings: FitSettings) -> Bilinear:
    """The best form of a whole fit."""
    first = begin(looks, settings)
    return max(epochs(looks, settings, first), key=lambda state: state.epoch, default=first).best


def draw(looks: Looks, count: int, dice: np.random.Generator) -> Ints:
    """int64 [T, 3]: anchor, positive, negative; T is at most `count`, fewer where there are few to draw
    from.
    """
    if not len(looks):
        return np.zeros((0, 3), np.int64)
    sizes = np.diff(looks.starts)
    look = dice.integers(len(looks), size=count)
    anchor, positive = (
        looks.members[looks.starts[look] + (dice.random(count) * sizes[look]).astype(np.int64)]
        for _ in range(2)
    )
    order = np.argsort(looks.category, kind="stable")
    edges = np.searchsorted(looks.category[order], np.arange(len(looks.categories) + 1))
    kind = looks.category[positive]
    widths = edges[kind + 1] - edges[kind]
    negative = order[edges[kind] + (dice.random(count) * widths).astype(np.int64)]
    inside = _pairs(looks)
    good = (looks.category[anchor] != kind) & ~np.isin(look * len(looks.keys) + negative, inside)
    return np.stack([anchor, positive, negative], axis=1)[good]


def _epoch(looks: Looks, triplets: Ints, settings: FitSettings, state: State) -> State:
    z = ((looks.vectors - state.now.mean) @ state.now.basis).astype(np.float32)
    rows = state.now.row_of(looks.category)
    shared, own = state.now.shared.copy(), state.now.own.copy()
    moments, steps = [part.copy() for part in state.moments], state.steps
    for start in range(0, len(triplets), settings.batch):
        some = triplets[start : start + settings.batch]
        d_shared, d_own = gradient(z[some.T], rows[some.T], shared, own)
        steps += 1
        shared -= settings.rate * _adam(d_shared, moments, 0, steps)
        own -= settings.rate * (_adam(d_own, moments, 2, steps) + settings.decay * own / settings.rate)
    now = replace(state.now, shared=shared, own=own)
    return State(state.epoch + 1, now, state.best, state.right, moments, steps)


def gradient(z: Floats, rows: Ints, shared: Floats, own: Floats) -> tuple[Floats, Floats]:
    """Gradients of the mean loss of triplets by `shared` and `own`; z: [3, T, W], rows of own: [3, T] or
    -1.
    """
    anchor, positive, negative = (
        _projected(part, places, shared, own) for part, places in zip(z, rows, strict=True)
    )
    gap = ((positive - negative) * anchor).sum(1)
    pull = (-1 / (1 + np.exp(np.clip(gap, -30, 30))) / len(gap))[:, None].astype(np.float32)
    parts = (pull * (positive - negative), pull * anchor, -pull * anchor)
    d_shared, d_own = np.zeros_like(shared), np.zeros_like(own)
    for side, places, part in zip(z, rows, parts, strict=True):
        d_shared += side.T @ part
        for row in np.unique(places[places >= 0]):
            some = places == row
            d_own[row] += side[some].T @ part[some]
    return d_shared, d_own


def _projected(z: Floats, rows: Ints, shared: Floats, own: Floats) -> Floats:
    out = z @ shared
    for row in np.unique(rows[rows >= 0]):
        some = rows == row
        out[some] += z[some] @ own[row]
    return out


def _adam(slope: Floats, moments: list[Floats], at: int, step: int) -> Floats:
    """The direction of a step; `moments[at]` and `moments[at + 1]` are updated."""
    for place, beta, value in ((at, _BETAS[0], slope), (at + 1, _BETAS[1], slope**2)):
        moments[place] = np.asarray(beta * moments[place] + (1 - beta) * value, np.float32)
    first, second = (moments[at + n] / (1 - beta**step) for n, beta in enumerate(_BETAS))
    return (first / (np.sqrt(second) + _EPSILON)).astype(np.float32)


def _right(form: Bilinear, looks: Looks, settings: FitSettings) -> float:
    """Share of triplets of the looks aside that the form ranks rightly."""
    aside = looks.select(look for look in range(len(looks)) if _aside(look, settings))
    triplets = draw(aside, 4000, np.random.default_rng((settings.seed, 1 << 20)))
    if not len(triplets):
        return 0.0
    u, v, w = form.projected(looks.vectors, looks.category)[triplets.T]
    gap = ((v - w) * u).sum(1)
    return float(np.mean((gap > 0) + 0.5 * (gap == 0)))


def _aside(look: int, settings: FitSettings) -> bool:
    return look % max(round(1 / settings.aside), 2) == 0 if settings.aside > 0 else False


def _pairs(looks: Looks) -> Ints:
    """look × N + member of every membership."""
    of = np.repeat(np.arange(len(looks)), np.diff(looks.starts))
    return of * len(looks.keys) + looks.members
