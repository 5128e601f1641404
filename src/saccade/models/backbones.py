"""Any timm backbone behind one interface: pooled vector, patch tokens and the grid of them.

Decided: architectures are timm's; the only ones added are the narrow MobileNetV1s, which timm's builder
knows but does not list. Nothing is downloaded unless `pretrained=True` or a URL is given. Files of weights
may speak another dialect (`convert.py`); what still does not fit is reported in one line and nothing is
loaded by halves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import timm
from safetensors import SafetensorError
from safetensors.torch import load_file
from timm.models import efficientnet, load_state_dict
from torch import Tensor, nn

from saccade.errors import InputError, NotFoundError, SaccadeError
from saccade.models.convert import State, to_timm
from saccade.models.download import download
from saccade.models.resolution import Grid, fit_resolution

Kwargs = Mapping[str, object]
MOBILENET_V1_WIDTHS = {"mobilenetv1_025": 0.25, "mobilenetv1_050": 0.5, "mobilenetv1_075": 0.75}
WEIGHT_FILES = (".safetensors", ".pth", ".pt", ".bin")
HUB_PREFIXES = ("hf_hub:", "hf-hub:")


@dataclass(frozen=True)
class Features:
    """What a backbone says about N pictures.

    pooled [N, D]: the backbone's own summary. tokens [N, T, C]: patch tokens in reading order, without class
    or register tokens. grid [N, H, W, C]: the same tokens in the plane, T = H * W. D equals C for most
    networks; it differs where a layer follows the pooling (MobileNetV3).
    """

    pooled: Tensor
    tokens: Tensor
    grid: Tensor


class Backbone(nn.Module):
    """A timm network without its classifier.

    Attributes: `name` and `kwargs` rebuild it; `width` is D and `token_width` is C of `Features`.
    """

    def __init__(self, network: nn.Module, name: str, kwargs: Kwargs) -> None:
        super().__init__()
        self.network, self.name, self.kwargs = network, name, dict(kwargs)
        self.token_width = int(cast(int, network.num_features))
        self.width = int(cast(int, getattr(network, "head_hidden_size", None) or self.token_width))

    def features(self, x_N3HW: Tensor) -> Features:
        """Preprocessed pictures [N, 3, H, W] to `Features`. InputError when tokens do not form a grid."""
        network = self.network
        maps = cast(Tensor, network.forward_features(x_N3HW))  # type: ignore[operator]
        pooled = cast(Tensor, network.forward_head(maps, pre_logits=True))  # type: ignore[operator]
        grid = self._grid(maps, (int(x_N3HW.shape[-2]), int(x_N3HW.shape[-1])))
        return Features(pooled, grid.flatten(1, 2), grid)

    def forward(self, x_N3HW: Tensor) -> Tensor:
        """The pooled vectors alone, [N, D]."""
        return self.features(x_N3HW).pooled

    def _grid(self, maps: Tensor, picture: tuple[int, int]) -> Tensor:
        """The network's last maps as [N, H, W, C]: NCHW of CNNs, NHWC of Swin, NTC of transformers."""
        if maps.ndim == 4:
            return maps if getattr(self.network, "output_fmt", "NCHW") == "NHWC" else maps.permute(0, 2, 3, 1)
        prefix = int(getattr(self.network, "num_prefix_tokens", 0) or 0)
        tokens = maps[:, prefix:]
        height, width = self._plane(int(tokens.shape[1]), picture)
        return tokens.unflatten(1, (height, width))

    def _plane(self, count: int, picture: tuple[int, int]) -> tuple[int, int]:
        """Rows and columns of `count` tokens of a picture (height, width): its proportions, else an error."""
        height = round((count * picture[0] / picture[1]) ** 0.5)
        if height < 1 or height * (width := count // height) != count:
            raise InputError(
                f"{self.name} gives {count} tokens for a picture of {picture}: they form no grid"
            )
        return height, width


def create_backbone(
    name: str,
    *,
    weights: str | Path | None = None,
    pretrained: bool = False,
    sha256: str | None = None,
    weights_grid: Grid | None = None,
    **kwargs: Any,
) -> Backbone:
    """Build a backbone.

    Args:
        name: a timm name with or without its pretrained tag (`vit_small_patch16_224.augreg_in21k`), the same
            behind `timm/`, `hf_hub:org/name`, or one of `MOBILENET_V1_WIDTHS`.
        weights: a local `.safetensors`, `.pth`, `.pt` or `.bin` file, or an http(s) URL of one.
        pretrained: download the weights that timm knows for this name.
        sha256: expected digest of `weights` when it is a URL.
        weights_grid: rows and columns of patches that `weights` were made for, when they are not a square.
        kwargs: passed to timm (`pad_type="same"`, `img_size=160`, `global_pool="avg"`, ...). Tables of
            positions follow `img_size`; `patch_size` also resamples the patch kernel (see `resolution.py`).

    Returns:
        The backbone in eval mode. With neither `weights` nor `pretrained` its parameters are random.
        Raises InputError or NotFoundError in one line.
    """
    name = name.removeprefix("timm/")
    if name.startswith(HUB_PREFIXES) and not pretrained:
        raise InputError(f"{name} is described on the hub only: pass pretrained=True to allow the download")
    if pretrained and weights is not None:
        raise InputError("pretrained=True and a file of weights exclude each other: give one")
    network = create_network(name, pretrained, **{**kwargs, "num_classes": 0})
    kwargs = {key: value for key, value in kwargs.items() if key not in ("num_classes", "cache_dir")}
    if weights is not None:
        state, patches = read_state(weights, sha256=sha256), "patch_size" in kwargs
        load_state(network, state, f"{name} from {weights}", grid=weights_grid, patches=patches)
    if name.startswith(HUB_PREFIXES):
        name, kwargs = _without_hub(network, kwargs)
    return Backbone(network.eval(), name, kwargs)


def create_network(name: str, pretrained: bool = False, **kwargs: Any) -> nn.Module:
    """The timm network itself; `num_classes=1000` keeps its classifier. Errors as `create_backbone`."""
    try:
        if name in MOBILENET_V1_WIDTHS and not pretrained:
            return _mobilenet_v1(name, kwargs)
        return cast(nn.Module, timm.create_model(name, pretrained=pretrained, **kwargs))  # type: ignore[arg-type]
    except Exception as error:  # timm, huggingface_hub and their transports raise many kinds
        raise _no_network(name, pretrained, error) from error


def _mobilenet_v1(name: str, kwargs: Kwargs) -> nn.Module:
    """timm's MobileNetV1 builder with a channel multiplier that timm lists no name for."""
    config = {
        "url": "",
        "num_classes": 1000,
        "input_size": (3, 224, 224),
        "pool_size": (7, 7),
        "crop_pct": 0.875,
    }
    config |= {"interpolation": "bilinear", "mean": (0.5,) * 3, "std": (0.5,) * 3}
    config |= {"first_conv": "conv_stem", "classifier": "classifier"}
    build = cast("Callable[..., nn.Module]", vars(efficientnet)["_gen_mobilenet_v1"])
    return build(name, MOBILENET_V1_WIDTHS[name], pretrained_cfg=config, **kwargs)


def _without_hub(network: nn.Module, kwargs: Kwargs) -> tuple[str, dict[str, object]]:
    """The timm name and settings that rebuild a network from the hub without asking the hub again."""
    config = cast("Mapping[str, object]", network.pretrained_cfg)
    stated = {**cast("Kwargs", getattr(network, "_model_args", {})), **kwargs}
    stated = {key: value for key, value in stated.items() if key not in ("num_classes", "cache_dir")}
    return str(config["architecture"]), stated


def _no_network(name: str, pretrained: bool, error: Exception) -> SaccadeError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    architecture = name.partition(".")[0]
    hub = name.startswith(HUB_PREFIXES)
    known = timm.is_model(architecture) or name in MOBILENET_V1_WIDTHS
    if not hub and not known:
        close = timm.list_models(f"*{architecture.partition('_')[0]}*")[:3]
        hint = f"; close names: {', '.join(close)}" if close else ""
        return NotFoundError(f"timm knows no architecture {architecture!r}{hint}")
    if pretrained:
        return InputError(
            f"no weights for {name} from the hub ({reason}): go online, or give a file of weights"
        )
    return InputError(f"timm cannot build {name}: {reason}")


def read_state(weights: str | Path, *, sha256: str | None = None) -> State:
    """Tensors of a safetensors or torch checkpoint (never arbitrary pickles), local or behind http(s)."""
    path = download(str(weights), sha256=sha256) if is_url(weights) else Path(weights)
    if not path.is_file():
        raise NotFoundError(f"no file of weights at {path}")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        return {k: v for k, v in load_state_dict(str(path)).items() if isinstance(v, Tensor)}
    except (SafetensorError, OSError, RuntimeError, ValueError, EOFError, AttributeError, KeyError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} is no safetensors or torch file of weights: {reason}") from error
    except Exception as error:
        raise InputError(f"{path} is no readable torch file of weights ({type(error).__name__})") from error


def is_url(weights: str | Path) -> bool:
    """True for an http or https address."""
    return str(weights).startswith(("http://", "https://"))


def load_state(
    network: nn.Module, state: State, what: str, *, grid: Grid | None = None, patches: bool = False
) -> str:
    """Put a file's tensors into a timm network: all of them or none.

    A classifier in the file is left out when the network has none; counts of batches may be absent. Tables of
    positions that were made for another picture size are resized.

    Args:
        network: a timm network.
        state: names to tensors, in any dialect of `convert.DIALECTS`.
        what: what is being loaded, for the error.
        grid, patches: see `resolution.fit_resolution`.

    Returns:
        The name of the dialect. Raises InputError in one line: counts and first names of what does not fit.
    """
    state, dialect = to_timm(state, network)
    state, wanted = fit_resolution(state, network, grid=grid, patches=patches), network.state_dict()
    state = {name: tensor for name, tensor in state.items() if name in wanted or not _spare(name, network)}
    report = key_report(wanted, state)
    if report:
        raise InputError(f"{what} ({dialect} names) does not fit: {report}")
    network.load_state_dict(state, strict=False)
    return dialect


def _spare(name: str, network: nn.Module) -> bool:
    """A classifier that a network without classes has no use for."""
    if getattr(network, "num_classes", 1):
        return False
    found = getattr(network, "pretrained_cfg", {}).get("classifier") or ()
    heads = (found,) if isinstance(found, str) else tuple(found)
    return any(name.startswith(f"{head}.") for head in heads)


def key_report(wanted: State, found: State) -> str:
    """One line on names that are missing, unexpected or of another shape; empty when all fit."""
    missing = [n for n in wanted if n not in found and not n.endswith("num_batches_tracked")]
    unexpected = [n for n in found if n not in wanted]
    shapes = [
        f"{n} {list(found[n].shape)} for {list(wanted[n].shape)}"
        for n in wanted
        if n in found and found[n].shape != wanted[n].shape
    ]
    parts = (("missing", missing), ("unexpected", unexpected), ("of another shape", shapes))
    return "; ".join(f"{len(names)} {kind} ({_first(names)})" for kind, names in parts if names)


def _first(names: Sequence[str], shown: int = 3) -> str:
    return ", ".join(names[:shown]) + (", ..." if len(names) > shown else "")
