"""The most that a device can compute in a second: from a table for GPUs, measured for everything else.

The table holds dense (no sparsity) tensor-core rates of the makers' data sheets, in TFLOP/s: for bfloat16,
and for float32 as "no" precision may use it at best, TF32 where the chip has it. Sources: NVIDIA data sheets
of B200 (DGX B200), H200, H100 (SXM5, PCIe), A100, L40S, L4, A10, A40, A6000, RTX 4090 and 3090 (Ada and GA102
whitepapers), T4 and V100 (no bfloat16; float32 outside tensor cores); AMD data sheets of MI300X and MI250X.
For a processor, and for a GPU that is not in the table, a matrix product of that precision is timed once.
"""

from __future__ import annotations

import time
from functools import lru_cache

import torch

from saccade.training.loop.settings import Precision

# The first name that occurs in the device's name counts: (bfloat16, float32 or TF32), TFLOP/s.
TABLE = {
    "B200": (2250.0, 1125.0),
    "H200": (989.0, 494.5),
    "H100 PCIe": (756.0, 378.0),
    "H100 NVL": (835.0, 417.5),
    "H100": (989.0, 494.5),
    "A100": (312.0, 156.0),
    "L40S": (362.0, 183.0),
    "L4": (121.0, 60.0),
    "A10G": (70.0, 35.0),
    "A10": (125.0, 62.5),
    "A40": (149.7, 74.8),
    "RTX A6000": (154.8, 77.4),
    "RTX 4090": (165.2, 82.6),
    "RTX 3090": (71.0, 35.6),
    "T4": (8.1, 8.1),
    "V100": (15.7, 15.7),
    "MI300X": (1307.4, 653.7),
    "MI250X": (383.0, 95.7),
}
SIDE, TRIALS = 1024, 5


def peak_flops(device: torch.device, precision: Precision) -> float:
    """Floating-point operations a second."""
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
        known = next((peaks for part, peaks in TABLE.items() if part in name), None)
        if known is not None:
            return known[0 if precision == "bf16" else 1] * 1e12
    return measured(str(device), precision, torch.get_num_threads())


@lru_cache
def measured(device: str, precision: Precision, threads: int) -> float:
    """The best of a few products of two 1024 x 1024 matrices, for the number of threads that is set."""
    del threads
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    matrix = torch.ones(SIDE, SIDE, device=device, dtype=dtype)
    return 2 * SIDE**3 / min(_seconds(matrix) for _ in range(TRIALS))


def _seconds(matrix: torch.Tensor) -> float:
    started = time.perf_counter()
    product = matrix @ matrix
    float(product[0, 0])  # waits for the device
    return time.perf_counter() - started
