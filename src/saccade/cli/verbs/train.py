"""`saccade train`: the stage `Train`, then `Assess`, which measures the model and completes its card."""

from __future__ import annotations

from saccade.cli.training import train_and_assess


def main(argv: list[str]) -> None:
    train_and_assess("train", argv)
