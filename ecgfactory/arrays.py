"""Names of the array types that measurements pass on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
FloatingArray = npt.NDArray[np.floating[Any]]
"""float32 or float64."""

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
