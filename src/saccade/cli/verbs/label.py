"""`saccade label`: the stage `Label` with its fields as options."""

from __future__ import annotations

from saccade.cli.common import needs, run_stage

LIBRARIES = ("lightgbm", "py3langid", "simplemma", "sklearn", "stopwordsiso")


def main(argv: list[str]) -> None:
    needs("labels", *LIBRARIES)
    from saccade.labels.stage import Label

    run_stage(Label, "label", argv)
