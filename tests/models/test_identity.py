"""`model_id` changes with what changes the output, and with nothing else."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from saccade.models.identity import model_id

SETTINGS = {"architecture": "x", "head_dim": None, "preprocess": {"size": [8, 8], "mean": [0.1, 0.2, 0.3]}}
ARRAYS = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([0.5], np.float32)}
KNOWN = "net-d1c36a2370"


def test_is_the_same_in_another_process() -> None:
    code = (
        "import numpy as np; from saccade.models.identity import model_id;"
        "arrays = {'b': np.array([0.5], np.float32), 'a': np.arange(6.).reshape(2, 3)};"
        f"print(model_id('net', arrays, {SETTINGS}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == model_id("net", ARRAYS, SETTINGS) == KNOWN


def test_order_and_dtype_do_not_matter() -> None:
    shuffled = {k: ARRAYS[k].astype(np.float16).astype(">f8") for k in reversed(ARRAYS)}
    settings = {k: SETTINGS[k] for k in reversed(SETTINGS)}
    assert model_id("net", shuffled, settings) == KNOWN  # type: ignore[arg-type]
    assert model_id("net", {**ARRAYS, "a": np.asfortranarray(ARRAYS["a"])}, SETTINGS) == KNOWN


@given(st.sampled_from(["a", "b"]), st.floats(1e-3, 1e3))
def test_any_change_of_a_weight_shows(name: str, by: float) -> None:
    changed = {**ARRAYS, name: ARRAYS[name].copy()}
    changed[name].flat[0] += by
    assert model_id("net", changed, SETTINGS) != KNOWN


def test_names_shapes_and_settings_show() -> None:
    others = [
        ({"a": ARRAYS["a"], "c": ARRAYS["b"]}, SETTINGS),
        ({**ARRAYS, "a": ARRAYS["a"].T.copy().T.reshape(3, 2)}, SETTINGS),
        (ARRAYS, {**SETTINGS, "head_dim": 4}),
        (ARRAYS, {**SETTINGS, "preprocess": {"size": [8, 8], "mean": [0.1, 0.2, 0.31]}}),
    ]
    ids = {model_id("net", arrays, settings) for arrays, settings in others}
    assert len(ids) == 4 and KNOWN not in ids


def test_name_is_safe_for_a_path() -> None:
    assert model_id("hf_hub:org/some name", ARRAYS, SETTINGS).rpartition("-")[0] == "hf_hub-org-some-name"
