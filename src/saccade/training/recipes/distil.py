"""Distillation: a small network learns to give the vectors of a large one.

Idea: the teacher's vectors say more about a picture than its label does, and they need no labels. When: a
good model is too slow to serve; any pile of pictures from the shop serves as training data.
How: embed the pictures with the teacher beforehand and store the vectors; build the student with `student`,
whose vectors are as wide; train a task of kind "distil" (loss "cosine" against `Target.vectors`), alone or
beside tasks with labels. The student stands in for the teacher: its vectors may be searched in the teacher's
index.
Definition: nothing is frozen; the factors are those of `Full`.
Cost: full training of the small network; the teacher runs once a picture, never in the loop, so that
augmentation moves the student's input but not its target.
Reference: Hinton et al. 2015 (arXiv 1503.02531); for vectors instead of classes, Romero et al. 2014, FitNets
(arXiv 1412.6550).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from saccade.models.backbones import create_backbone
from saccade.models.embedder import Embedder
from saccade.models.folder import Model
from saccade.models.head import EmbeddingHead
from saccade.training.recipes.full import Full


@dataclass(frozen=True)
class Distil(Full):
    """The whole student learns.

    trunk: factor of the trunk. head: factor of the embedding head.
    """


def student(teacher: Model, backbone: str, **options: Any) -> Embedder:
    """A network for `backbone` whose vectors are as wide as the teacher's.

    Args:
        teacher: a network or hand-made features.
        backbone: a timm name; `options` go to `create_backbone` (`weights`, `pad_type`, ...).

    Returns:
        Backbone and a fresh projection to `teacher.dim`. Where the widths agree there is no projection to
        learn, and the centring of the head is there only if the teacher has it too. Errors as
        `create_backbone`.
    """
    small = create_backbone(backbone, **options)
    bare = small.width == teacher.dim and teacher.config.head_dim is None
    return Embedder(small, None if bare else EmbeddingHead(small.width, teacher.dim))
