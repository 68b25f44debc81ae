"""ECGs of the real model, made once a test session."""

from functools import cache
from pathlib import Path

import deepfakeecg
import numpy as np
import numpy.typing as npt
import torch
from deepfakeecg.models import Generator


@cache
def generated_ecgs(records: int, seed: int = 2026) -> npt.NDArray[np.int16]:
    """Return `records` generated ECGs, shape (records, 8, 5000), in uV; read-only."""
    checkpoint = Path(deepfakeecg.__file__).parent / "checkpoints" / "g_stat.pt"
    model = Generator()
    model.load_state_dict(torch.load(checkpoint, weights_only=True, map_location="cpu")["stat_dict"])
    model.eval()
    rng = np.random.default_rng(seed)
    signal_uv = np.empty((records, 8, 5000), np.int16)
    with torch.inference_mode():
        for start in range(0, records, 25):
            batch = signal_uv[start : start + 25]
            noise = rng.random(batch.shape, dtype=np.float32) * 2 - 1
            batch[:] = np.rint(model(torch.from_numpy(noise)).numpy() * 6000)
    signal_uv.flags.writeable = False
    return signal_uv
