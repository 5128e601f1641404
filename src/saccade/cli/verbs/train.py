"""`saccade train`: the stage `Train`, then `Assess`, which completes the card of what came out."""

from __future__ import annotations

from saccade.cli.training import train_and_assess


def main(argv: list[str]) -> None:
    train_and_assess("train", argv)
