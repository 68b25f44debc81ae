"""A profile in a moment: its reference are generated ECGs with taller chest leads."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ecgfactory.candidates.probe import PROBE_SEED
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.match.density_ratio import DensityRatio
from ecgfactory.match.profile import (
    STRENGTHS,
    Candidates,
    Profile,
    Ranges,
    Reference,
    Separation,
    cap_of,
    expected_yield,
)
from ecgfactory.match.space import in_space
from ecgfactory.profiles.fitting import fit_ratio
from ecgfactory.quality.policy import load_policy
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.request.profile_fit import settings_of
from tests.generated_ecgs import generated_ecgs

UPPER_HZ = 150.0


@cache
def made_ratio() -> tuple[DensityRatio, tuple[float, ...]]:
    """A ratio, and log ratios of the generated ECGs that it was fitted on, rising."""
    signals_uv = generated_ecgs(60)
    larger = np.round(signals_uv[:30] * np.linspace(1, 1.6, 8)[:, np.newaxis]).astype(np.int16)
    generated = in_space(signals_uv, EIGHT_LEADS, UPPER_HZ)
    ratio = fit_ratio(in_space(larger, EIGHT_LEADS, UPPER_HZ), generated)
    return ratio, tuple(np.sort(ratio.log_ratio(generated)).tolist())


def made_profile(**changes: Any) -> Profile:
    """A profile for requests with the default generator and signal."""
    asked = BuildRequest(name="profile", records=1)
    ratio, log_ratios = made_ratio()
    log_cap = cap_of(log_ratios)
    return Profile(
        reference=Reference(
            name="larger", fitted_on=("a", "b"), judged_on=("c",), fitted_signals=("a" * 12, "b" * 12), left_out={}
        ),
        settings=settings_of(make_plan(asked)),
        policy="basic",
        rules_sha256=load_policy("basic").rules_sha256,
        upper_hz=UPPER_HZ,
        ecgfactory="0",
        candidates=Candidates(seed=PROBE_SEED, fitted_on=60, judged_on=0),
        separation=Separation(cross_validated=0.9, judged=None),
        yields={f"{strength:g}": expected_yield(log_ratios, log_cap, strength) for strength in STRENGTHS},
        log_cap=log_cap,
        log_ratios=log_ratios,
        ranges={"heart_rate_bpm": Ranges(reference=(20, 30, 40), generated=(60, 70, 84))},
        ratio=ratio,
    ).model_copy(update=changes)


def write_made_profile(folder: Path, **changes: Any) -> str:
    """Write it; return the file's path."""
    made_profile(**changes).write(folder / "profile.json", overwrite=True)
    return str(folder / "profile.json")
