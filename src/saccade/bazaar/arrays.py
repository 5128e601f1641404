"""Names for the arrays that pass between the modules of the marketplace."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scalar = float | np.float32
"""What compiled loops take for one number."""

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]
Pixels = NDArray[np.uint8]
"""Pictures (H, W, 3), RGB, unless a function says otherwise."""
