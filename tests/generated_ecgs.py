"""ECGs of the real model, made once per test session."""

from functools import cache

import numpy as np

from ecgfactory.generators.deepfakeecg import published_checkpoint
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator
from ecgfactory.leads import SignalUv

BATCH = 20


@cache
def generated_ecgs(records: int) -> SignalUv:
    """Return generated ECGs, shape (records, 8, 5000), in uV; for reading only.

    However many are asked for, they begin with the same ones, of which none is made twice.
    """
    signal_uv = np.concatenate([_batch(number) for number in range(-(-records // BATCH))])[:records]
    signal_uv.flags.writeable = False
    return signal_uv


@cache
def _batch(number: int) -> SignalUv:
    generator = Pulse2PulseGenerator(published_checkpoint(), batch=BATCH, device="cpu")
    return generator.generate(seed=2026, candidates=range(number * BATCH, (number + 1) * BATCH), samples=5000)
