"""The published MobileNets through their dialects: same logits as a plain script, and the known accuracy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn

from saccade.errors import InputError
from saccade.models.backbones import create_backbone, create_network, load_state, read_state
from saccade.models.convert import to_timm
from saccade.vision.preprocess import Preprocess

PREPROCESS = Preprocess(
    size=(224, 224), crop_pct=0.875, interpolation="bilinear", mean=(0.5,) * 3, std=(0.5,) * 3
)
NAMES = {
    "mobilenetv2_100": ("mobilenet_v2_imagenet", 224, "torchvision MobileNetV2"),
    "mobilenetv1_050": ("mobilenet_v1_0.5_160_imagenet", 160, "folded MobileNetV1"),
    "mobilenetv1_025": ("mobilenet_v1_0.25_128_imagenet", 128, "folded MobileNetV1"),
}


def opened(data_dir: Path, name: str) -> tuple[nn.Module, str, dict[str, Tensor]]:
    path = data_dir / "weights" / f"{NAMES[name][0]}.safetensors"
    network = create_network(name, num_classes=1000, pad_type="same")
    dialect = load_state(network, read_state(path), name)
    return network.eval(), dialect, {k: v.float() for k, v in load_file(path).items()}


def convolve(x: Tensor, weight: Tensor, stride: int, bias: Tensor | None = None) -> Tensor:
    """TensorFlow's "same" on even sides: one pixel right and bottom before a stride of two."""
    side = weight.shape[-1]
    if side == 3:
        x = F.pad(x, (0, 1, 0, 1) if stride == 2 else (1, 1, 1, 1))
    groups = x.shape[1] // weight.shape[1]
    return F.conv2d(x, weight, bias, stride, groups=groups)


def plain_v1(w: dict[str, Tensor], x: Tensor) -> Tensor:
    x = F.relu6(convolve(x, w["stem.weight"], 2, w["stem.bias"]))
    for n in range(13):
        for part, stride in (("depthwise", 2 if n in (1, 3, 5, 11) else 1), ("pointwise", 1)):
            x = F.relu6(convolve(x, w[f"blocks.{n}.{part}.weight"], stride, w[f"blocks.{n}.{part}.bias"]))
    return F.linear(x.mean((2, 3)), w["classifier.weight"], w["classifier.bias"])


V2_PLAN = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def plain_v2(w: dict[str, Tensor], x: Tensor) -> Tensor:
    def layer(x: Tensor, conv: str, norm: str, stride: int) -> Tensor:
        x = convolve(x, w[f"{conv}.weight"], stride)
        kept = [w[f"{norm}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
        return F.batch_norm(x, *kept, eps=1e-5)

    x = F.relu6(layer(x, "features.0.0", "features.0.1", 2))
    number = 0
    for expand, width, repeats, first in V2_PLAN:
        for repeat in range(repeats):
            number += 1
            stride, before, path = first if repeat == 0 else 1, x, f"features.{number}.conv"
            if expand != 1:
                x = F.relu6(layer(x, f"{path}.0.0", f"{path}.0.1", 1))
            at = 0 if expand == 1 else 1
            x = F.relu6(layer(x, f"{path}.{at}.0", f"{path}.{at}.1", stride))
            x = layer(x, f"{path}.{at + 1}", f"{path}.{at + 2}", 1)
            x = x + before if stride == 1 and before.shape[1] == width else x
    x = F.relu6(layer(x, "features.18.0", "features.18.1", 1))
    return F.linear(x.mean((2, 3)), w["classifier.1.weight"], w["classifier.1.bias"])


def pictures(data_dir: Path, side: int, step: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Every `step`-th picture of the sample with its class, in batches."""
    folder, prepare = data_dir / "imagenet-sample", replace(PREPROCESS, size=(side, side))
    rows = [json.loads(line) for line in (folder / "images.jsonl").read_text().splitlines()][::step]
    for first in range(0, len(rows), 50):
        batch = rows[first : first + 50]
        x = np.stack([prepare(np.asarray(Image.open(folder / r["image"]).convert("RGB"))) for r in batch])
        yield torch.from_numpy(x), torch.tensor([r["class_index"] for r in batch])


@pytest.mark.parametrize("name", list(NAMES))
def test_logits_equal_a_plain_script(data_dir: Path, name: str) -> None:
    network, dialect, weights = opened(data_dir, name)
    assert dialect == NAMES[name][2]
    x, _ = next(pictures(data_dir, NAMES[name][1], 100))
    with torch.inference_mode():
        expected = (plain_v2 if name == "mobilenetv2_100" else plain_v1)(weights, x)
        assert torch.allclose(network(x), expected, atol=1e-4)


# Measured on every picture of the sample with the plain networks above: top-1, top-5. The tolerance is that
# of the 84 pictures taken here; the logits themselves are compared above.
@pytest.mark.parametrize(
    ("name", "top1", "top5"),
    [("mobilenetv2_100", 0.80, 0.94), ("mobilenetv1_050", 0.66, 0.87), ("mobilenetv1_025", 0.44, 0.70)],
)
def test_accuracy_on_the_sample(data_dir: Path, name: str, top1: float, top5: float) -> None:
    network, _, _ = opened(data_dir, name)
    hits, count = np.zeros(2), 0
    with torch.inference_mode():
        for x, labels in pictures(data_dir, NAMES[name][1], 6):
            right = network.to(memory_format=torch.channels_last)(x).topk(5).indices == labels[:, None]
            hits += [float(right[:, 0].sum()), float(right.sum())]
            count += len(labels)
    assert abs(hits[0] / count - top1) <= 0.12 and abs(hits[1] / count - top5) <= 0.12


def test_padding_matters(data_dir: Path) -> None:
    """The narrow network with symmetric padding is far from the one that was trained."""
    path = data_dir / "weights" / f"{NAMES['mobilenetv1_025'][0]}.safetensors"
    x, _ = next(pictures(data_dir, 128, 50))
    with torch.inference_mode():
        same = create_backbone("mobilenetv1_025", weights=path, pad_type="same")(x)
        symmetric = create_backbone("mobilenetv1_025", weights=path)(x)
    assert F.cosine_similarity(same, symmetric).mean() < 0.9


def torchvision_names(network: nn.Module) -> dict[str, Tensor]:
    """A random MobileNetV2 of any width under torchvision's names, written out by hand."""
    state = network.state_dict()
    renamed, number = {}, 0
    for old, new in (("conv_stem", "0.0"), ("bn1", "0.1")):
        renamed |= {
            f"features.{new}.{k.split('.')[1]}": v for k, v in state.items() if k.split(".")[0] == old
        }
    for stage, repeats in enumerate((1, 2, 3, 4, 3, 3, 1)):
        for index in range(repeats):
            number += 1
            order = {
                "conv_pw": "0.0",
                "bn1": "0.1",
                "conv_dw": "1.0",
                "bn2": "1.1",
                "conv_pwl": "2",
                "bn3": "3",
            }
            if stage == 0:
                order = {"conv_dw": "0.0", "bn1": "0.1", "conv_pw": "1", "bn2": "2"}
            for old, new in order.items():
                prefix = f"blocks.{stage}.{index}.{old}."
                for key in (k for k in state if k.startswith(prefix)):
                    renamed[f"features.{number}.conv.{new}.{key.removeprefix(prefix)}"] = state[key]
    for old, new in (
        ("conv_head", "features.18.0"),
        ("bn2", "features.18.1"),
        ("classifier", "classifier.1"),
    ):
        renamed |= {f"{new}.{k.split('.')[1]}": v for k, v in state.items() if k.split(".")[0] == old}
    return renamed


def test_torchvision_names_of_any_width() -> None:
    source = create_network("mobilenetv2_050", num_classes=7).eval()
    target = create_network("mobilenetv2_050", num_classes=7).eval()
    dialect = load_state(target, torchvision_names(source), "a file")
    x = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        assert dialect == "torchvision MobileNetV2" and torch.equal(source(x), target(x))


def test_prefixes_and_timm_names_pass() -> None:
    network = create_network("test_efficientnet", num_classes=0)
    state = network.state_dict()
    for prefix in ("", "backbone.", "encoder."):
        renamed, dialect = to_timm({prefix + name: tensor for name, tensor in state.items()}, network)
        assert renamed.keys() == state.keys() and dialect == "timm"


def test_a_mask_token_is_left_out() -> None:
    """DINOv2's own files hold one; timm's network does not."""
    settings = {"embed_dim": 16, "num_heads": 2, "depth": 1, "img_size": 28}
    network = create_network("vit_small_patch14_dinov2", num_classes=0, **settings)
    state = {**network.state_dict(), "mask_token": torch.zeros(1, 16)}
    assert load_state(network, state, "a file") == "timm"
    with pytest.raises(InputError, match="1 unexpected"):
        load_state(network, {**state, "stranger": torch.zeros(1)}, "a file")
