"""Chunks to rows of fingerprints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from saccade.fingerprints import kernel as kernels
from saccade.fingerprints.kernel import NOT_FINITE, Kernel, assemble, sign_bits
from saccade.fingerprints.runners.base import Pixels, Vectors
from saccade.fingerprints.runners.plain import PlainRunner
from saccade.fingerprints.sources import Sources
from saccade.vision.preprocess import Preprocess
from saccade.workspace.stage import Clock

MakeChunk = Callable[..., pa.Table]
PREPROCESS = Preprocess(size=(16, 16))


def colours(pixels: Pixels) -> Vectors:
    """Mean colours of the four quarters less 100: [N, 12]."""
    halves = pixels.reshape(len(pixels), 2, 8, 2, 8, 3).mean(axis=(2, 4))
    return (halves.reshape(len(pixels), 12) - 100).astype(np.float32)


def runner(batch_size: int = 4) -> PlainRunner:
    return PlainRunner(colours, "colours-0", 12, PREPROCESS, batch_size)


def test_chunks_come_back_in_order_and_do_not_depend_on_their_cut(
    pictures: list[Path], make_chunk: MakeChunk
) -> None:
    whole = make_chunk(pictures)
    (once,) = Kernel(runner(), Sources(), threads=3)([whole], Clock())
    pieces = [whole.slice(start, 7) for start in range(0, 40, 7)]
    parts = list(Kernel(runner(16), Sources(), threads=2)(pieces, Clock()))
    assert [len(part) for part in parts] == [7, 7, 7, 7, 7, 5]
    assert pa.concat_tables(parts).combine_chunks().equals(once.combine_chunks())
    assert once.column("id").to_pylist() == whole.column("id").to_pylist()


def test_clock_adds_up_to_less_than_the_wall(pictures: list[Path], make_chunk: MakeChunk) -> None:
    clock, kernel = Clock(), Kernel(runner(), Sources(), threads=2)
    (rows,) = kernel([make_chunk(pictures)], clock)
    assert (kernel.tally.decoded, kernel.tally.failed, len(rows)) == (40, 0, 40)
    assert clock.seconds["reading"] > 0
    assert clock.seconds["computing"] > 0


def test_many_failures_in_a_row_neither_pile_up_nor_get_lost(
    pictures: list[Path], tmp_path: Path, make_chunk: MakeChunk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "_HOPELESS", 3)
    lost = [tmp_path / f"lost{number}" for number in range(50)]
    chunks = [make_chunk(lost), make_chunk([*lost[:9], pictures[0]]), make_chunk(lost[:4])]
    kernel = Kernel(runner(2), Sources(), threads=2)
    tables = list(kernel(chunks, Clock()))
    assert [len(table) for table in tables] == [50, 10, 4]
    assert [table.column("status").to_pylist().count("ok") for table in tables] == [0, 1, 0]
    assert tables[1].column("status")[9].as_py() == "ok"
    assert tables[0].column("vector").null_count == 50
    assert kernel.tally.failed == 63


def test_rows_hold_unit_halves_and_their_signs(make_chunk: MakeChunk, pictures: list[Path]) -> None:
    vectors = np.random.default_rng(0).normal(size=(3, 12)).astype(np.float32)
    vectors[1, 4] = np.nan
    vectors[2] = 0
    rows = assemble(make_chunk(pictures[:3]), vectors, ["ok"] * 3, [None] * 3, "m-0")
    assert rows.column("status").to_pylist() == ["ok", NOT_FINITE, NOT_FINITE]
    assert rows.column("vector").null_count == rows.column("bits").null_count == 2
    stored = np.array(rows.column("vector")[0].as_py(), np.float32)
    np.testing.assert_allclose(stored, vectors[0] / np.linalg.norm(vectors[0]), atol=1e-3)
    bits = np.unpackbits(np.frombuffer(rows.column("bits")[0].as_py(), np.uint8))
    assert bits.tolist() == [*(int(value > 0) for value in stored), 0, 0, 0, 0]


def test_first_dimension_is_the_highest_bit() -> None:
    assert sign_bits(np.array([[1.0] + [-1.0] * 8, [-1.0] * 8 + [0.5]])).tolist() == [[128, 0], [0, 128]]
