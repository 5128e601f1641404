"""A grid of trainings, one JSON file a cell, so that a study that was killed goes on where it was.

    found = run_cells(cells, work, cache / "pretraining", jobs=2)     # [(cell, figures), ...] in order

Decided:
- A cell is a frozen dataclass of plain settings with its seed among them; its file is named by a digest of
  them, of the study's `CODE` and of the means that change results. Nothing else is remembered: a file that is
  there is the cell's answer.
- Several cells run at once, each in a process of its own with one thread: small networks gain nothing from
  more. `work` is a function of a module, takes (cell, scratch folder) and returns figures; its scratch folder
  goes when it is done.
- A cell that fails says so in its own line and stops the study in the end, after the others are kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

Figures = dict[str, Any]
Cell = TypeVar("Cell")
Work = Callable[[Cell, Path], Figures]


def run_cells(
    cells: Sequence[Cell], work: Work[Cell], cache: Path, jobs: int = 1, code: int = 1
) -> list[tuple[Cell, Figures]]:
    """Figures of every cell, computed where there is no file yet.

    Args:
        cells: dataclass instances; equal ones are computed once.
        work: see the module.
        cache: folder of the files, created.
        jobs: processes; with 1 the cells run in this one.
        code: change it when the same settings would give other figures.

    Raises the first error of a cell after all others were tried.
    """
    cache.mkdir(parents=True, exist_ok=True)
    unique = {digest(cell, code): cell for cell in cells}
    missing = [cell for cell in unique.values() if not _file(cache, cell, code).is_file()]
    start, errors = time.perf_counter(), list[Exception]()
    for done, (cell, error) in enumerate(_each(missing, work, cache, jobs, code), 1):
        note = f"failed: {error}" if error else "done"
        spent = time.perf_counter() - start
        print(
            f"{done} of {len(missing)} {note} after {spent:.0f} s: {_told(cell)}", file=sys.stderr, flush=True
        )
        errors += [error] if error else []
    if errors:
        raise errors[0]
    return [(cell, json.loads(_file(cache, cell, code).read_text())) for cell in cells]


def _each(
    cells: Sequence[Cell], work: Work[Cell], cache: Path, jobs: int, code: int
) -> Iterator[tuple[Cell, Exception | None]]:
    """Each cell as it is finished, with its error."""
    if jobs <= 1:
        for cell in cells:
            yield cell, _one(work, cell, cache, code)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), _alone, (list(sys.path),)) as pool:
        futures = {pool.submit(_one, work, cell, cache, code): cell for cell in cells}
        for future in as_completed(futures):
            yield futures[future], future.exception() or future.result()  # type: ignore[misc]


def _alone(path: list[str]) -> None:
    """A process that computes cells: finds the studies, and uses one thread."""
    sys.path[:] = path
    os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    if "torch" in sys.modules:  # the study itself has read its threads from the machine by now
        sys.modules["torch"].set_num_threads(1)


def _one(work: Work[Cell], cell: Cell, cache: Path, code: int) -> Exception | None:
    """Compute a cell and keep its figures."""
    target = _file(cache, cell, code)
    scratch = target.with_suffix(".scratch")
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        figures = work(cell, scratch)
    except Exception as error:  # the others go on
        return error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    partial = target.with_suffix(".part")
    partial.write_text(json.dumps(figures))
    partial.replace(target)
    return None


def _told(cell: object) -> str:
    """The plain settings of a cell."""
    plain = (str, int, float)
    return ", ".join(f"{name} {value}" for name, value in vars(cell).items() if isinstance(value, plain))


def _file(cache: Path, cell: object, code: int) -> Path:
    return cache / f"{digest(cell, code)}.json"


def digest(cell: object, code: int = 1) -> str:
    """16 hex digits of a cell's settings."""
    text = json.dumps([type(cell).__name__, code, asdict(cell)], sort_keys=True, default=str)  # type: ignore[call-overload]
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def grouped(
    found: Sequence[tuple[Cell, Figures]], *names: str
) -> Mapping[tuple[Any, ...], list[tuple[Cell, Figures]]]:
    """Cells that agree in some settings, by these settings, in order of their first cell."""
    out: dict[tuple[Any, ...], list[tuple[Cell, Figures]]] = {}
    for cell, figures in found:
        out.setdefault(tuple(getattr(cell, name) for name in names), []).append((cell, figures))
    return out
