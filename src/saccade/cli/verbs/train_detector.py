"""`saccade train-detector`: the stage `TrainDetector` with its fields as options."""

from __future__ import annotations

from saccade.cli.common import needs, run_stage


def main(argv: list[str]) -> None:
    needs("train", "accelerate", "timm", "torch", "torchvision")
    from saccade.training.detection.stage import TrainDetector

    run_stage(TrainDetector, "train-detector", argv)
