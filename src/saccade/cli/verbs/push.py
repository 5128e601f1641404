"""`saccade push`: publish a kept model in a repository of the Hugging Face Hub."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from saccade.cli.common import FLAT, Common, needs, parse
from saccade.workspace import Workspace

PLAIN = tyro.conf.FlagCreatePairsOff


@dataclass(frozen=True)
class Push:
    """Publish a model with its card; log in first (`hf auth login`), or set HF_TOKEN."""

    repo: str
    """owner/name; created where it is not there."""
    model: str | None = None
    """Id of a kept model, or a model folder; may be left out when the workspace keeps one only."""
    public: Annotated[bool, PLAIN] = False
    """Let everybody read a repository that is created here."""
    revision: str | None = None
    """A branch; the main one by default."""
    endpoint: str | None = None
    """Address of another hub."""


def main(argv: list[str]) -> None:
    one, common = parse(_options, "push", argv, Push.__doc__ or "")
    needs("torch", "huggingface_hub")
    from saccade.fingerprints.store import locate
    from saccade.models.hub import push

    folder = Path(locate(Workspace(common.workspace), one.model))
    print(push(folder, one.repo, private=not one.public, revision=one.revision, endpoint=one.endpoint))


def _options(one: Annotated[Push, FLAT], common: Annotated[Common, FLAT]) -> tuple[Push, Common]:
    return one, common
