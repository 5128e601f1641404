"""Which runner is the fastest here, for this model and these pictures? Measured, not assumed.

Decided:
- Every candidate computes the same sample of the user's own pictures; torch in float32 is the reference.
  A candidate whose worst cosine distance to it exceeds `PARITY` is out, however fast: that is how
  bfloat16 falls back to float32.
- The choice is kept in a file for each model and machine, so that a run that was killed goes on with the
  runner it began with.
- torch.compile is not a candidate (it needs a compiler and minutes); it can be asked for by name.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from saccade.errors import InputError
from saccade.fingerprints.model import ModelRef
from saccade.fingerprints.runners.base import Pixels, Runner, Vectors
from saccade.workspace.storage import replace_file

PARITY = 1e-3  # largest cosine distance to torch in float32
REFERENCE = "torch-f32"
NAMES = ("openvino-bf16", "openvino-f32", "torch-bf16", "torch-bf16-compiled", REFERENCE)
# What may be asked for besides a name: the fastest good one of these.
GROUPS = {
    "auto": ("openvino-bf16", "openvino-f32", "torch-bf16", REFERENCE),
    "openvino": ("openvino-bf16", "openvino-f32"),
    "torch": ("torch-bf16", REFERENCE),
}
_SECONDS = 1.0  # of measuring, each candidate and round
_ROUNDS = 2


@dataclass(frozen=True)
class Candidate:
    """One row of the table: pictures a second, and the worst cosine distance to torch in float32."""

    name: str
    rate: float
    parity: float

    @property
    def good(self) -> bool:
        return self.parity <= PARITY


@dataclass(frozen=True)
class Choice:
    """The runner that was chosen and what was measured."""

    name: str
    candidates: tuple[Candidate, ...] = ()

    def table(self) -> str:
        """Lines for a person, fastest first."""
        rows = sorted(self.candidates, key=lambda row: -row.rate)
        lines = (
            f"{'*' if row.name == self.name else ' '} {row.name:16s} {row.rate:8.1f} img/s  "
            f"parity {row.parity:.1e}{'' if row.good else '  (too far)'}"
            for row in rows
        )
        return "\n".join(lines)


def open_runner(
    name: str, model: ModelRef, cache: Path, batch_size: int = 16, threads: int | None = None
) -> Runner:
    """The runner called `name` (see `NAMES`) for a model; "plain" for a model that is a function.

    `cache` is the folder of converted models. Raises `InputError` for an unknown name.
    """
    if model.function is not None:
        from saccade.fingerprints.runners.plain import PlainRunner

        return PlainRunner(model.function, model.model_id, model.dim, model.preprocess, batch_size)
    if name in ("openvino-bf16", "openvino-f32"):
        return _open_openvino(name, model, cache, batch_size, threads)
    if name in NAMES:
        return _open_torch(name, model, batch_size)
    raise InputError(f"there is no runner {name!r}: use {', '.join([*GROUPS, *NAMES])}")


def _open_torch(name: str, model: ModelRef, batch_size: int) -> Runner:
    from saccade.fingerprints.runners.torch import TorchRunner

    return TorchRunner(
        model.embedder(), model.model_id, model.dim, model.preprocess, batch_size,
        precision="bf16" if "bf16" in name else "f32", compiled=name.endswith("-compiled"),
    )  # fmt: skip


def _open_openvino(name: str, model: ModelRef, cache: Path, batch_size: int, threads: int | None) -> Runner:
    from saccade.fingerprints.runners.openvino import OpenVinoRunner, convert, graph_path

    graph = graph_path(cache, model.model_id)
    if not graph.is_file():
        graph = convert(model.embedder(), model.preprocess, model.model_id, cache)
    precision = "bf16" if name.endswith("bf16") else "f32"
    return OpenVinoRunner(
        graph, model.model_id, model.preprocess, batch_size, precision=precision, threads=threads
    )


def choose_runner(
    model: ModelRef, sample: Pixels, cache: Path, batch_size: int = 16, *,
    group: str = "auto", threads: int | None = None,
) -> Choice:  # fmt: skip
    """Measure the candidates of a group on `sample` and pick the fastest whose parity holds.

    `sample`: uint8 [N, H, W, 3], a few dozen preprocessed pictures. Takes some seconds, and the conversion
    of the model when it is new. Raises `InputError` when no candidate is there or none is close enough.
    """
    if model.function is not None:
        return Choice("plain")
    reference = open_runner(REFERENCE, model, cache, batch_size)
    expected = reference(sample)
    runners = [
        reference if name == REFERENCE else open_runner(name, model, cache, batch_size, threads)
        for name in _available(group)
    ]
    parities = [cosine_distance(runner(sample), expected) for runner in runners]
    rounds = [[_rate(runner, sample) for runner in runners] for _ in range(_ROUNDS)]
    rows = tuple(
        Candidate(runner.name, max(rates), parity)
        for runner, parity, *rates in zip(runners, parities, *rounds, strict=True)
    )
    return Choice(_fastest(rows).name, rows)


def _fastest(rows: tuple[Candidate, ...]) -> Candidate:
    good = [row for row in rows if row.good]
    if not good:
        worst = ", ".join(f"{row.name} {row.parity:.1e}" for row in rows)
        raise InputError(f"no runner is within {PARITY} of {REFERENCE} on these pictures ({worst})")
    return max(good, key=lambda row: row.rate)


def _available(group: str) -> tuple[str, ...]:
    """The names of a group whose library is installed; on a machine with a GPU, "auto" is torch alone."""
    from saccade.fingerprints.runners.torch import best_device

    names = GROUPS["torch"] if group == "auto" and best_device() != "cpu" else GROUPS[group]
    there = tuple(name for name in names if find_spec(name.partition("-")[0]))
    if not there:
        raise InputError(f"no package of runner {group!r} is installed: pip install 'saccade[{group}]'")
    return there


def cosine_distance(vectors: Vectors, others: Vectors) -> float:
    """The worst 1 - cosine over the rows of two [N, dim] arrays; infinite when a value is not finite."""
    if not (np.isfinite(vectors).all() and np.isfinite(others).all()):
        return float("inf")
    a, b = vectors.astype(np.float64), others.astype(np.float64)
    cosines = (a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
    return float(max(0.0, (1 - cosines).max()))


def _rate(runner: Runner, sample: Pixels) -> float:
    """Pictures a second over about `_SECONDS`, as a stream of full batches."""
    size = runner.batch_size
    batch = np.resize(sample, (size, *sample.shape[1:]))
    start = time.perf_counter()

    def batches() -> Iterator[tuple[int, Pixels]]:
        number = 0
        while number < 2 or time.perf_counter() - start < _SECONDS:
            yield number, batch
            number += 1

    count = sum(1 for _ in runner.stream(batches()))
    return count * size / (time.perf_counter() - start)


def machine() -> str:
    """Eight hex digits for this kind of processor, its cores and the versions of the libraries."""
    versions = [f"{name} {_version(name)}" for name in ("torch", "openvino")]
    text = "|".join([platform.machine(), _processor(), str(os.cpu_count()), *versions])
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def remembered(cache: Path, model_id: str, group: str = "auto") -> Choice | None:
    """The choice that was made for this model on this machine, or None."""
    try:
        found = json.loads(_choice_path(cache, model_id, group).read_text())
        return Choice(str(found["name"]), tuple(Candidate(**row) for row in found["candidates"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(cache: Path, model_id: str, choice: Choice, group: str = "auto") -> None:
    """Keep a choice, in one step."""
    target = _choice_path(cache, model_id, group)
    replace_file(target, json.dumps(asdict(choice), indent=1).encode())


def _choice_path(cache: Path, model_id: str, group: str) -> Path:
    return cache / "runners" / f"{model_id}.{group}.{machine()}.json"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line for line in lines if line.startswith(("model name", "CPU part")))
    except (OSError, StopIteration):
        return platform.processor()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "none"
