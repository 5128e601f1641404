"""Heads by name: every kind with every loss that suits it, and one line for everything else."""

from __future__ import annotations

import pytest

from saccade.errors import InputError
from saccade.training.losses.build import head_for, options_of
from saccade.training.losses.classification import Sigmoid, Softmax
from saccade.training.losses.metric import Pairs
from saccade.training.losses.proxy_softmax import ProxySoftmax
from saccade.training.losses.vectors import Distil, Relations
from saccade.training.tasks import DEFAULT_LOSS, LOSSES


@pytest.mark.parametrize(
    ("kind", "loss", "made"),
    [
        ("single", "proxy", ProxySoftmax), ("multi", "proxy", ProxySoftmax),
        ("retrieval", "proxy", ProxySoftmax), ("single", "softmax", Softmax), ("multi", "softmax", Softmax),
        ("multi", "sigmoid", Sigmoid), ("retrieval", "multi-similarity", Pairs),
        ("retrieval", "triplet", Pairs), ("distil", "cosine", Distil), ("distil", "relational", Relations),
    ],
)  # fmt: skip
def test_makes(kind: str, loss: str, made: type) -> None:
    head = head_for(kind, loss, 5, 8)
    assert type(head) is made
    assert head.classes == (5 if made in (ProxySoftmax, Softmax, Sigmoid) else 0)


def test_options_reach_the_head() -> None:
    head = head_for("retrieval", "proxy", 50, 8, temperature=0.1, sampled=10)
    assert isinstance(head, ProxySoftmax) and (head.temperature, head.sampled) == (0.1, 10)
    assert options_of("proxy") == ("temperature", "sampled", "seed", "corrected")
    assert options_of("cosine") == ("width",) and options_of("relational") == ()


def test_knows_the_losses_of_tasks() -> None:
    assert all(options_of(loss) is not None for loss in LOSSES)
    for kind, loss in DEFAULT_LOSS.items():
        head_for(kind, loss, 3, 4)


def test_refuses_in_one_line() -> None:
    cases = [
        (("single", "proxi", 5, 8), "unknown loss 'proxi'; did you mean 'proxy'?"),
        (("singel", "proxy", 5, 8), "unknown kind of task 'singel'; did you mean 'single'?"),
        (("single", "proxy", 1, 8), "needs two classes or more, found 1"),
        (
            ("multi", "triplet", 5, 8),
            "triplet is not for tasks of the kind multi: take proxy, softmax, sigmoid",
        ),
        (("distil", "proxy", 5, 8), "not for tasks of the kind distil: take cosine, relational"),
    ]
    for given, said in cases:
        with pytest.raises(InputError) as caught:
            head_for(*given)
        assert said in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(InputError, match="unknown option of the loss proxy 'temprature'; did you mean 'temp"):
        head_for("single", "proxy", 5, 8, temprature=0.1)
