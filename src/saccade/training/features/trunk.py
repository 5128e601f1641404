"""The frozen trunk of a model, and the fastest runner of it that is close enough.

Decided: features come from the runners that fingerprints come from (torch, bf16, OpenVINO), so caching a
trunk is as quick as searching with it, and each runner is checked against torch in float32 before it is used.
The pooled feature leaves at unit length, which changes nothing behind it (see `store.py`).
"""

from __future__ import annotations

from pathlib import Path

from saccade.fingerprints.model import resolve
from saccade.fingerprints.runners.base import Pixels, Runner
from saccade.fingerprints.runners.choose import (
    GROUPS,
    REFERENCE,
    choose_runner,
    open_runner,
    remember,
    remembered,
)
from saccade.models.folder import Model, make_model

SMALL = 512  # forward passes: below this, measuring and converting cost more than they save
_SAMPLE = 32


def headless(model: Model) -> Model:
    """The same network without its embedding head: pooled features at unit length.

    The trunk is shared, not copied. InputError for hand-made features, which have no network.
    """
    from saccade.models.embedder import Embedder

    network, config = model.network, model.config
    if network.head is None:
        return model
    bare = Embedder(network.backbone, None, network.pool).eval()
    return make_model(bare, bare.describe(config.preprocess, config.name, config.licence, config.source))


def open_trunk(
    model: Model, cache: Path, sample: Pixels, passes: int, *, runner: str = "auto", batch_size: int = 16
) -> Runner:
    """A runner of the model as it is: a trunk (`headless`), or a teacher with its head.

    Args:
        cache: folder of converted models and of choices, such as the workspace's.
        sample: uint8 [n, H, W, 3], some preprocessed pictures that candidates are measured on.
        passes: pictures times views to come; with few, "auto" is torch as it is.
        runner: "auto", "torch", "openvino" (measured), or one name of `runners.choose.NAMES`.
        batch_size: pictures of one forward pass.

    The runner puts the network into eval mode and, on a GPU, moves it there. InputError for an unknown name.
    """
    found = resolve(model)
    if runner not in GROUPS:
        return open_runner(runner, found, cache, batch_size)
    choice = remembered(cache, found.model_id, runner)
    if choice is None and (not len(sample) or (runner == "auto" and passes < SMALL)):
        return open_runner(REFERENCE, found, cache, batch_size)
    if choice is None:
        choice = choose_runner(found, sample[:_SAMPLE], cache, batch_size, group=runner)
        remember(cache, found.model_id, choice, runner)
    return open_runner(choice.name, found, cache, batch_size)
