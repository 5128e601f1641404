"""The settings of a detector's training; no torch, so that `--help` is quick."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from saccade.errors import InputError
from saccade.training.settings import CACHED, Running

if TYPE_CHECKING:
    from saccade.models.folder import Model
    from saccade.training.detection.augment import BoxAugment

Architecture = Literal["vit-frcnn", "faster-rcnn", "ssd"]


@dataclass(frozen=True)
class DetectorOptions(Running):
    """What a detector learns, from what, how, and with what means."""

    architecture: Architecture = "vit-frcnn"
    """vit-frcnn: a transformer's tokens into Faster R-CNN; faster-rcnn: the same on a CNN's maps; ssd: a fast
    single-shot detector on either."""
    categories: tuple[str, ...] = ()
    """What is learnt; all categories of the boxes by default."""
    agnostic: bool = False
    """One category, object, for whatever has a box."""
    drawn: Literal["people", "all"] = "people"
    """Whose boxes teach: people's, or a detector's too."""
    vectors: bool = False
    """The detector embeds its boxes in the same pass, with the retrieval head of the model it starts from;
    they are that model's vectors only while the trunk stays frozen (`--recipe linear-probe`)."""
    recipe: str = "full"
    """What learns when: full, linear-probe (the trunk stays frozen), lp-ft, layerwise, gradual, partial or
    lora."""
    size: int = 320
    """Side in pixels of the square that pictures are fitted into."""
    epochs: float = 30
    """Passes over the boxed pictures."""
    batch: int = 16
    """Pictures of a step, over all processes."""
    weight_decay: float = 0.01
    """Of matrices."""
    crop: float = 0.5
    """Chance that a part of a picture is seen instead of the whole."""
    zoom: float = 0.6
    """Least side of what is seen over that of the square."""
    norms: Literal["auto", "frozen", "learned"] = "auto"
    """Statistics of the trunk's batch norms: auto keeps those of a trained trunk; learned suits a trunk whose
    pictures were of another kind, in batches of 16 or more."""
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    """Options of the architecture, by name; see `saccade.models.detector.config`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.size < 32:
            raise InputError(f"size is 32 pixels or more, found {self.size}")
        if self.recipe in (CACHED, "distil"):
            raise InputError(f"recipe {self.recipe} is for embeddings: a detector takes linear-probe")
        if self.agnostic and self.categories:
            raise InputError("agnostic learns one category, object: leave out --categories")

    @property
    def passes(self) -> float:
        """Epochs."""
        return self.epochs or 30

    @property
    def rate(self) -> float:
        """The learning rate, ours where none is given."""
        return self.lr or 1e-3

    def augmentation(self) -> BoxAugment:
        """What is done to pictures."""
        from saccade.training.detection.augment import BoxAugment

        return BoxAugment(self.size, crop=self.crop, zoom=(self.zoom, 1.0))

    def keeps_norms(self, base: Model) -> bool:
        """Whether batch norms keep the statistics that they came with; an untrained model has none."""
        trained = base.config.source != "untrained"
        return trained if self.norms == "auto" else self.norms == "frozen"
