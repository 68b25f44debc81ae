"""ECGs of the real model, made once per test session."""

from functools import cache

from ecgfactory.generators.deepfakeecg import published_checkpoint
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator
from ecgfactory.leads import SignalUv


@cache
def generated_ecgs(records: int) -> SignalUv:
    """Return generated ECGs, shape (records, 8, 5000), in uV; for reading only."""
    generator = Pulse2PulseGenerator(published_checkpoint(), batch=20, device="cpu")
    signal_uv = generator.generate(seed=2026, candidates=range(records), samples=5000)
    signal_uv.flags.writeable = False
    return signal_uv
