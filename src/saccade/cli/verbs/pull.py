"""`saccade pull`: fetch a published model and keep it in the workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from saccade.cli.common import FLAT, Common, needs, parse
from saccade.workspace import Workspace


@dataclass(frozen=True)
class Pull:
    """Fetch a model that was pushed, keep it, and print its id."""

    repo: str
    """owner/name."""
    revision: str | None = None
    """A branch, tag or commit; the main branch by default."""
    endpoint: str | None = None
    """Address of another hub."""


def main(argv: list[str]) -> None:
    one, common = parse(_options, "pull", argv, Pull.__doc__ or "")
    needs("torch", "huggingface_hub")
    from saccade.fingerprints.store import keep_model
    from saccade.models.hub import pull

    folder = pull(one.repo, revision=one.revision, endpoint=one.endpoint)
    print(keep_model(Workspace(common.workspace, create=True), folder))


def _options(one: Annotated[Pull, FLAT], common: Annotated[Common, FLAT]) -> tuple[Pull, Common]:
    return one, common
