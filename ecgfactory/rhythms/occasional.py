"""Where premature beats are: now and then."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_FEWEST = 4
"""From one premature beat to the next, in sinus beats: fewer would be bigeminy or trigeminy."""

_LONGEST_S = 6.5
"""From one premature beat to the next, at most, about: one at least is within any ten seconds."""


def occasional(rr_s: float, duration_s: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draw which sinus beats a premature one follows, shape (premature,), counted from the first; more than enough."""
    most = max(_FEWEST + 1, int(_LONGEST_S / rr_s))
    count = int((duration_s + 20) / (_FEWEST * rr_s)) + 2
    return np.cumsum(rng.integers(_FEWEST, most + 1, size=count))
