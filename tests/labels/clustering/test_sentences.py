from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from saccade.errors import InputError, NotFoundError
from saccade.labels.clustering.sentences import sentence_vectors


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of a few words that is made here: a bag of word weights."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import BoW

    folder = tmp_path_factory.mktemp("model") / "bag"
    bag = BoW(vocab=["sofa", "blue", "lamp"], word_weights={"sofa": 1, "blue": 1, "lamp": 1})
    SentenceTransformer(modules=[bag], device="cpu").save(str(folder))
    return folder


@pytest.mark.filterwarnings("ignore")
def test_a_model_in_a_folder(model: Path) -> None:
    found = sentence_vectors(["blue sofa", "sofa blue", "lamp"], str(model))
    assert found.dtype == np.float32
    assert found @ found.T == pytest.approx(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]]), abs=1e-6)
    assert sentence_vectors([], str(model)).shape[0] == 0


@pytest.mark.filterwarnings("ignore")
def test_no_such_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(NotFoundError, match="no sentence-transformers model") as error:
        sentence_vectors(["sofa"], str(tmp_path / "nothing"))
    assert "\n" not in str(error.value)


def test_the_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(InputError, match="pip install sentence-transformers"):
        sentence_vectors(["sofa"], "any")
