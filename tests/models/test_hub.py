"""Push and pull with the real client against a hub on the loopback; every failure is one line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from saccade.errors import InputError, NotFoundError
from saccade.models.card import Card
from saccade.models.folder import load_model, save_model
from saccade.models.handmade import PREPROCESS, HandmadeSettings, fit_handmade
from saccade.models.hub import FILES, pull, push
from tests.models.hub_server import Hub, serve

huggingface_hub = pytest.importorskip("huggingface_hub")
REPO, WRITE = "somebody/little", "write-token"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serve() as hub:
        yield hub


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No token and no waiting of whoever runs the tests."""
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no-token"))
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def make(folder: Path, seed: int = 0) -> Path:
    features = np.random.default_rng(seed).random((20, 36), np.float32)
    settings = HandmadeSettings(grid=1, light=4, colour=4, cells=2, angles=4)
    card = Card(name="little", licence="MIT")
    return save_model(fit_handmade(features, dim=8, settings=settings), PREPROCESS, folder, card=card)


def test_there_and_back(hub: Hub, tmp_path: Path) -> None:
    folder = make(tmp_path / "m")
    (folder / "notes.txt").write_text("stay at home")
    url = push(folder, REPO, token=WRITE, endpoint=hub.url)
    repository = hub.repositories[REPO]
    assert repository.private and url.endswith(repository.branches["main"])
    assert set(repository.commits[repository.branches["main"]]) == {".gitattributes", *FILES}
    assert len(repository.commits) == 2, "one commit a push"
    found = pull(REPO, endpoint=hub.url, cache=tmp_path / "cache", token="reader")
    assert load_model(found).model_id == load_model(folder).model_id
    assert sorted(path.name for path in found.iterdir()) == sorted(FILES)


def test_a_second_pull_fetches_nothing(hub: Hub, tmp_path: Path) -> None:
    push(make(tmp_path / "m"), REPO, token=WRITE, endpoint=hub.url, private=False)
    first = pull(REPO, endpoint=hub.url, cache=tmp_path / "cache")
    hub.asked.clear()
    assert pull(REPO, endpoint=hub.url, cache=tmp_path / "cache") == first
    assert not [line for line in hub.asked if line.startswith("GET") and "/resolve/" in line]


def test_a_branch_keeps_its_own_model(hub: Hub, tmp_path: Path) -> None:
    one, two = make(tmp_path / "1"), make(tmp_path / "2", seed=1)
    push(one, REPO, token=WRITE, endpoint=hub.url, private=False)
    push(two, REPO, token=WRITE, endpoint=hub.url, revision="trial")
    cache = tmp_path / "cache"
    trial = pull(REPO, endpoint=hub.url, cache=cache, revision="trial")
    assert load_model(trial).model_id == load_model(two).model_id
    main = pull(REPO, endpoint=hub.url, cache=cache)
    assert load_model(main).model_id == load_model(one).model_id
    push(two, REPO, token=WRITE, endpoint=hub.url)
    moved = pull(REPO, endpoint=hub.url, cache=cache)
    assert load_model(moved).model_id == load_model(two).model_id


def one_line(caught: pytest.ExceptionInfo[Exception]) -> str:
    text = str(caught.value)
    assert "\n" not in text and len(text) < 300
    return text


@pytest.mark.parametrize(
    "files", [{"config.json": b'{"model_type": "bert"}'}, {"README.md": b"nothing here"}]
)
def test_a_repository_of_something_else(hub: Hub, tmp_path: Path, files: dict[str, bytes]) -> None:
    hub.add(REPO, {**files, "model.safetensors": b"x" * 1000})
    with pytest.raises(InputError, match="no saccade model folder") as caught:
        pull(REPO, endpoint=hub.url, cache=tmp_path / "cache")
    assert str(tmp_path) not in one_line(caught)
    assert not [line for line in hub.asked if "safetensors" in line], "weights are not fetched for nothing"


def test_a_model_without_weights(hub: Hub, tmp_path: Path) -> None:
    folder = make(tmp_path / "m")
    hub.add(REPO, {"config.json": (folder / "config.json").read_bytes()})
    with pytest.raises(InputError, match=r"has no model\.safetensors"):
        pull(REPO, endpoint=hub.url, cache=tmp_path / "cache")


def test_what_is_not_there(hub: Hub, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with pytest.raises(NotFoundError, match="no repository somebody/absent") as caught:
        pull("somebody/absent", endpoint=hub.url, cache=cache, token="reader")
    one_line(caught)
    hub.add(REPO, {"config.json": b"{}"})
    with pytest.raises(NotFoundError, match="no such revision") as caught:
        pull(REPO, endpoint=hub.url, cache=cache, revision="v9")
    one_line(caught)
    with pytest.raises(InputError, match="named owner/name") as caught:
        pull("a/b/c", endpoint=hub.url, cache=cache)
    one_line(caught)


@pytest.mark.parametrize("token", ["reader", "none"])
def test_no_permission(hub: Hub, tmp_path: Path, token: str) -> None:
    folder = make(tmp_path / "m")
    with pytest.raises(InputError, match="no permission for somebody/little") as caught:
        push(folder, REPO, token=token, endpoint=hub.url)
    one_line(caught)
    assert REPO not in hub.repositories


def test_a_private_repository_wants_a_token(hub: Hub, tmp_path: Path) -> None:
    push(make(tmp_path / "m"), REPO, token=WRITE, endpoint=hub.url)
    with pytest.raises((InputError, NotFoundError), match="token") as caught:
        pull(REPO, endpoint=hub.url, cache=tmp_path / "cache")
    one_line(caught)


def test_no_network(tmp_path: Path) -> None:
    with serve() as gone:
        url = gone.url
    with pytest.raises(InputError, match="cannot reach http://127") as caught:
        pull(REPO, endpoint=url, cache=tmp_path / "cache")
    one_line(caught)
    with pytest.raises(InputError, match="cannot reach") as caught:
        push(make(tmp_path / "m"), REPO, token=WRITE, endpoint=url)
    one_line(caught)


def test_only_a_model_folder_is_pushed(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no config\.json"):
        push(tmp_path, REPO, token=WRITE, endpoint=hub.url)
    folder = make(tmp_path / "m")
    values = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**values, "format": 99}))
    with pytest.raises(InputError, match="format 1"):
        push(folder, REPO, token=WRITE, endpoint=hub.url)
    assert hub.asked == []
