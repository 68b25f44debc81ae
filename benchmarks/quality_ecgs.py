"""Sound ECGs from two independent sources: the generator, and NeuroKit2's simulator."""

from __future__ import annotations

import functools
from unittest import mock

import neurokit2
import numpy as np
import scipy.integrate

from ecgfactory.generators.deepfakeecg import published_checkpoint
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator
from ecgfactory.leads import EIGHT_LEADS, SignalUv

SAMPLES = 5000
SETTLING_S = 2
LONGEST_STEP_S = 0.04
"""NeuroKit2 leaves its solver at a tolerance at which it steps over whole QRS complexes (errors of 0.6 mV in every
other ECG, see `quality_evidence`); with steps of 40 ms at most the solution is right within 0.06 mV."""


def generated_ecgs(seed: int, count: int, first: int = 0) -> SignalUv:
    """Generate candidates, shape (count, 8, 5000), in uV."""
    generator = Pulse2PulseGenerator(published_checkpoint(), batch=64, device="cpu")
    return generator.generate(seed, range(first, first + count), SAMPLES)


def simulated_ecgs(seed: int, count: int) -> SignalUv:
    """Simulate ECGs with NeuroKit2's multi-lead method, shape (count, 8, 5000), in uV.

    Heart rate 50..110 /min, its SD 0.5..3 /min, amplitude 0.6..1.6 of NeuroKit2's, white recorder noise of 1..10 uV RMS
    (NeuroKit2's own noise is negligible at 500 Hz). The first 2 s, in which the simulation settles, are cut off.
    """
    rng = np.random.default_rng(seed)
    solver = functools.partial(scipy.integrate.solve_ivp, max_step=LONGEST_STEP_S)
    ecgs = []
    with mock.patch("scipy.integrate.solve_ivp", solver):
        for _ in range(count):
            table = neurokit2.ecg_simulate(
                duration=SAMPLES / 500 + SETTLING_S,
                sampling_rate=500,
                method="multileads",
                heart_rate=rng.uniform(50, 110),
                heart_rate_std=rng.uniform(0.5, 3),
                random_state=int(rng.integers(2**31)),
            )
            signal_uv = 1000 * rng.uniform(0.6, 1.6) * table[list(EIGHT_LEADS)].to_numpy().T[:, -SAMPLES:]
            ecgs.append(signal_uv + rng.uniform(1, 10) * rng.standard_normal(signal_uv.shape))
    stored: SignalUv = np.rint(np.reshape(ecgs, (count, len(EIGHT_LEADS), SAMPLES))).astype(np.int16)
    return stored
