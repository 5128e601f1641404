"""Model folders to and from a hub that speaks Hugging Face's protocol, by its own client.

Decided: one commit a push, so that nobody pulls half a model; only the files of a model folder travel, in
both directions. `config.json` is read before the weights are fetched, so that a repository of something else
costs a kilobyte and gives one line. Downloads lie in the cache and are not fetched twice.
Not here: loading through `timm.create_model("hf_hub:...")`. Our files name the head's weights beside the
trunk's, which timm's loader would refuse.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from saccade.errors import InputError, NotFoundError, SaccadeError, StorageError
from saccade.models.config import read_config
from saccade.models.download import cache_folder

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, HfApi

PUBLIC = "https://huggingface.co"
CONFIG, WEIGHTS = "config.json", "model.safetensors"
FILES = (CONFIG, WEIGHTS, "README.md", "card.json")


def push(
    folder: str | Path,
    repo_id: str,
    *,
    private: bool = True,
    token: str | None = None,
    endpoint: str | None = None,
    revision: str | None = None,
) -> str:
    """Publish a model folder as one commit.

    Args:
        folder: a model folder; other files in it stay at home.
        repo_id: `owner/name`; created when it is not there.
        private: of a repository that is created here; one that exists keeps its visibility.
        token: with the right to write; default the one that `hf auth login` or `$HF_TOKEN` left.
        endpoint: of another hub than the public one.
        revision: a branch, created when it is not there; default the main one.

    Returns:
        The address of the commit. NotFoundError or InputError for what is no model folder, for a missing
        right and for a hub that does not answer, in one line.
    """
    folder = Path(folder)
    name = read_config(folder / CONFIG).name
    if not (folder / WEIGHTS).is_file():
        raise NotFoundError(f"no {WEIGHTS} in {folder}")
    with _one_line(repo_id, endpoint), ExitStack() as opened:
        api = _api(token, endpoint)
        files = [_addition(folder / file, api, opened) for file in FILES if (folder / file).is_file()]
        api.create_repo(repo_id, private=private, exist_ok=True)
        if revision is not None:
            api.create_branch(repo_id, branch=revision, exist_ok=True)
        made = api.create_commit(repo_id, files, commit_message=f"Model {name}", revision=revision)
        return str(made.commit_url)


def pull(
    repo_id: str,
    *,
    revision: str | None = None,
    endpoint: str | None = None,
    cache: Path | None = None,
    token: str | None = None,
) -> Path:
    """Fetch a model folder, unless it lies in the cache.

    Args:
        repo_id: `owner/name`.
        revision: a branch, tag or commit; default the main branch.
        endpoint: of another hub than the public one.
        cache: default `download.cache_folder() / "hub"`.
        token: for a private repository; default the one that `hf auth login` or `$HF_TOKEN` left.

    Returns:
        The folder, for `folder.load_model`. InputError when the repository holds no saccade model;
        NotFoundError for an unknown repository or revision; both in one line.
    """
    where = str(cache or cache_folder() / "hub")
    with _one_line(repo_id, endpoint):
        api = _api(token, endpoint)
        config = api.hf_hub_download(repo_id, CONFIG, revision=revision, cache_dir=where)
    _require_model(repo_id, Path(config))
    with _one_line(repo_id, endpoint):
        commit = Path(config).parent.name  # the same for all files, should somebody push meanwhile
        found = api.snapshot_download(repo_id, revision=commit, cache_dir=where, allow_patterns=list(FILES))
    if not (Path(found) / WEIGHTS).is_file():
        raise InputError(f"{repo_id} is no saccade model folder: it has no {WEIGHTS}")
    return Path(found)


def _addition(path: Path, api: HfApi, opened: ExitStack) -> CommitOperationAdd:
    """One file of a commit. The client sends an open file by plain HTTP, which any hub understands, and a
    path by Xet where its library is installed, which only the public hub does."""
    from huggingface_hub import CommitOperationAdd

    public = api.endpoint.rstrip("/") == PUBLIC
    return CommitOperationAdd(path.name, path if public else opened.enter_context(path.open("rb")))


def _api(token: str | None, endpoint: str | None) -> HfApi:
    from huggingface_hub import HfApi

    return HfApi(endpoint=endpoint, token=token, library_name="saccade")


def _require_model(repo_id: str, config: Path) -> None:
    try:
        read_config(config)
    except SaccadeError as error:
        reason = str(error).replace(str(config), CONFIG)
        raise InputError(f"{repo_id} is no saccade model folder: {reason}") from error


@contextmanager
def _one_line(repo_id: str, endpoint: str | None) -> Iterator[None]:
    """Turn the client's errors into ours; its log lines and progress bars stay off meanwhile."""
    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
    from huggingface_hub.utils.logging import get_verbosity, set_verbosity

    silent, verbosity = are_progress_bars_disabled(), get_verbosity()
    disable_progress_bars()
    set_verbosity(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the client's about its own calls
            yield
    except SaccadeError:
        raise
    except Exception as error:  # the client raises its own, its transport's and the system's
        raise _ours(error, repo_id, endpoint or "the hub") from error
    finally:
        set_verbosity(verbosity)
        if not silent:
            enable_progress_bars()


def _ours(error: Exception, repo_id: str, hub: str) -> SaccadeError:
    from huggingface_hub import errors

    while isinstance(error, RuntimeError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # "Error while uploading ..." of the client's threads
    status = getattr(getattr(error, "response", None), "status_code", None)
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if isinstance(error, errors.HFValidationError):
        return InputError(f"a repository is named owner/name, found {repo_id!r}")
    if isinstance(error, errors.RevisionNotFoundError):
        return NotFoundError(f"{repo_id} has no such revision on {hub}")
    if isinstance(error, errors.EntryNotFoundError) and status == 404:
        return InputError(f"{repo_id} is no saccade model folder: it has no {CONFIG}")
    if status in (401, 403) or isinstance(error, errors.LocalTokenNotFoundError):
        return InputError(f"no permission for {repo_id} on {hub}: give a token with the right to it")
    if isinstance(error, errors.RepositoryNotFoundError):
        return NotFoundError(f"no repository {repo_id} on {hub}, or it is private: check name and token")
    if status is not None:
        return InputError(f"{hub} refused {repo_id} (HTTP {status}): {reason}")
    if _is_network(error):
        return InputError(f"cannot reach {hub} for {repo_id}: go online, or check the endpoint")
    if isinstance(error, OSError):
        return StorageError(f"cannot keep {repo_id} in the cache: {reason}")
    return InputError(f"{repo_id} on {hub}: {reason}")


def _is_network(error: BaseException | None) -> bool:
    """Is there a failed connection, or the client's offline mode, in the chain of causes?"""
    while error is not None:
        kinds = {kind.__name__ for kind in type(error).__mro__}
        if kinds & {"TransportError", "ConnectionError", "OfflineModeIsEnabled", "LocalEntryNotFoundError"}:
            return True
        error = error.__cause__ or error.__context__
    return False
