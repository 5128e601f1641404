"""Does the memory of an ingest grow with the catalogue?

    python benchmarks/ingest_memory.py [--quick]

Each size is ingested in a process of its own; what counts is by how much the ingest raises the process's peak
resident memory above what it has with everything imported and the workspace made. A ratio near 1 at ten times
the rows means that the memory is bounded. Every row is a JPEG file of its own: few pictures, each with
different bytes at its end.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

ROWS, CHUNK = 6000, 2000
QUICK_ROWS, QUICK_CHUNK = 800, 200  # both sizes have to fill a few chunks


def memory_ratio(quick: bool) -> float:
    """Rise of the peak memory at ten times the rows, divided by that at one times."""
    rows, chunk = (QUICK_ROWS, QUICK_CHUNK) if quick else (ROWS, CHUNK)
    with tempfile.TemporaryDirectory() as folder:
        small = rise(Path(folder) / "small", rows, chunk)
        large = rise(Path(folder) / "large", rows * 10, chunk)
    sys.stdout.write(
        f"peak rises by {small / 2**20:.0f} MiB at {rows:,} rows, {large / 2**20:.0f} MiB at {rows * 10:,}\n"
    )
    return large / small


def rise(folder: Path, rows: int, chunk: int) -> float:
    """Bytes by which the peak of a new process rises during the ingest of `rows` pictures."""
    paint(folder / "photos", rows)
    code = f"from benchmarks.ingest_memory import measured; measured({str(folder)!r}, {chunk})"
    root = Path(__file__).resolve().parents[1]
    path = [str(root), str(root / "src"), *sys.path]
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}; {code}"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return float(json.loads(run.stdout.splitlines()[-1]))


def paint(folder: Path, rows: int, per_folder: int = 1000) -> None:
    """Pictures of 224 px in folders of a thousand, and `rows.jsonl` beside the folder that names them."""
    files = [jpeg(seed) for seed in range(16)]
    folder.mkdir(parents=True)
    with (folder.parent / "rows.jsonl").open("w") as lines:
        for row in range(rows):
            path = folder / f"{row // per_folder:04d}" / f"{row:07d}.jpg"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(files[row % len(files)] + b"%d" % row)
            lines.write(
                json.dumps({"image": str(path), "id": row, "title": f"a title of row {row}", "year": 2020})
                + "\n"
            )


def jpeg(seed: int) -> bytes:
    """One random picture as JPEG."""
    rng = np.random.default_rng(seed)
    pixels = np.kron(rng.integers(0, 255, (14, 14, 3), dtype=np.uint8), np.ones((16, 16, 1), np.uint8))
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def measured(folder: str, chunk: int) -> None:
    """In the child: ingest the folder's list; print by how many bytes that raised the peak."""
    from saccade.catalog.ingest import Ingest
    from saccade.workspace import Workspace

    stage = Ingest(str(Path(folder) / "rows.jsonl"), chunk=chunk)
    workspace = Workspace(Path(folder) / "workspace", create=True)
    before = peak()
    stage.run(workspace)
    sys.stdout.write(json.dumps(peak() - before) + "\n")


def peak() -> int:
    """Highest resident memory of this process so far, in bytes.

    Not `getrusage`: a child begins with the peak of the process that started it.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024


if __name__ == "__main__":
    from common import emit, parse_args

    emit({"memory_ratio_at_10x": round(memory_ratio(parse_args(__doc__ or "").quick), 3)})
