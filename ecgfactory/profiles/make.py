"""The verb *profile*: reference ECGs become the profile that `match` follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ecgfactory import __version__
from ecgfactory.arrays import Float64Array
from ecgfactory.candidates.probe import PROBE_SEED, measured_tables, passing, probe_plan
from ecgfactory.errors import BadInputError, shown
from ecgfactory.match.bounds import printable
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
from ecgfactory.match.rounding import short
from ecgfactory.profiles.fitting import area_under_roc, cross_validated, fit_ratio
from ecgfactory.profiles.reference import ReferenceTable, halves, measure_reference
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan
from ecgfactory.request.profile_fit import settings_of
from ecgfactory.request.request_file import request_without_match
from ecgfactory.sources.opening import Comparable, open_source

LEAST_RECORDS = 20
"""Reference ECGs to fit on: of fewer, the ratio would tell chance."""

CANDIDATES_FITTED, CANDIDATES_JUDGED = 2000, 1000

NOT_REALISM = {"missing_samples", "limb_lead_error_uv"}
"""Features of which no range is told: they are about storage. Nor are those that NeuroKit2 finds on lead II alone."""

Use = Literal["half", "all"]


def profile(
    reference: Comparable,
    *,
    rate_hz: float | None = None,
    unit: str | None = None,
    lead_names: Sequence[str] | None = None,
    lead_map: Mapping[str, str] | None = None,
    request: BuildRequest | Mapping[str, Any] | str | Path | None = None,
    use: Use = "half",
) -> Profile:
    """Find out what sets reference ECGs apart from generated ones, for `match` to follow.

    Takes the first ten seconds (or what the request says) of each ECG with the leads I, II, V1 to V6 that passes the
    policy. Unless told otherwise, one half of them, by a hash of their names, is used to fit, the other to judge.

    Parameters
    ----------
    reference : str, Path, Dataset or Ecgs
        The path or address of a dataset of ours, of a file or folder as `read_ecgs` takes it; an open dataset; or ECGs
        in memory.
    rate_hz, unit, lead_names, lead_map
        What you say about files, as in `read_ecgs`.
    request : BuildRequest, mapping or path, optional
        The request that will follow the profile: generator, length, signal and policy are taken from it. Defaults when
        absent.
    use : {'half', 'all'}
        What to fit on.

    Returns
    -------
    Profile
        `.write(path)` writes it as JSON, `.yields` says how many candidates a strength accepts, `.separation` how well
        the ratio tells reference from generated ECGs, and `.reference` which ECGs it was fitted on.

    Raises
    ------
    BadInputError
        When there are too few ECGs that can be used, or arguments can't be.
    """
    if use not in ("half", "all"):
        raise BadInputError(f"profile: use is {shown(use)}; choose 'half' or 'all'.")
    source = open_source(
        reference, "profile: reference", rate_hz=rate_hz, unit=unit, lead_names=lead_names, lead_map=lead_map
    )
    asked = BuildRequest(name="profile", records=1) if request is None else request_without_match(request)
    plan = probe_plan(asked)
    table = measure_reference(source, plan)
    fit_on, judge_by = halves(table.names) if use == "half" else (np.arange(len(table.names)), np.arange(0))
    if len(fit_on) < LEAST_RECORDS:
        raise BadInputError(_too_few(source.name, table, use))
    return _fitted(source.name, table.take(fit_on), table.take(judge_by), plan)


def _fitted(name: str, fit_on: ReferenceTable, judge_by: ReferenceTable, plan: Plan) -> Profile:
    batches = passing(plan)
    measured, space = measured_tables(batches, plan, CANDIDATES_FITTED, fit_on.upper_hz)
    _, other_space = measured_tables(batches, plan, CANDIDATES_JUDGED, fit_on.upper_hz)
    ratio = fit_ratio(fit_on.space, space)
    log_ratios = ratio.log_ratio(other_space)
    percentiles = tuple(short(value) for value in np.percentile(log_ratios, np.arange(0.5, 100)))
    log_cap = cap_of(percentiles)
    return Profile(
        reference=Reference(
            name=printable(name),
            fitted_on=tuple(fit_on.names),
            judged_on=tuple(judge_by.names),
            fitted_signals=tuple(fit_on.digests),
            left_out=fit_on.left_out,
        ),
        settings=settings_of(plan),
        policy=printable(plan.policy.name),
        rules_sha256=plan.policy.rules_sha256,
        ecgfactory=__version__,
        candidates=Candidates(seed=PROBE_SEED, fitted_on=CANDIDATES_FITTED, judged_on=CANDIDATES_JUDGED),
        upper_hz=fit_on.upper_hz,
        separation=Separation(
            cross_validated=cross_validated(fit_on.space, space),
            judged=area_under_roc(ratio.log_ratio(judge_by.space), log_ratios) if judge_by.names else None,
        ),
        yields={f"{strength:g}": expected_yield(percentiles, log_cap, strength) for strength in STRENGTHS},
        log_cap=log_cap,
        log_ratios=percentiles,
        ranges=_ranges({**fit_on.measured, **fit_on.space}, {**measured, **space}),
        ratio=ratio,
    )


def _ranges(reference: Mapping[str, Float64Array], generated: Mapping[str, Float64Array]) -> dict[str, Ranges]:
    """Return the ranges of the features that are measurable in both."""
    found = {}
    for name, values in generated.items():
        if name in NOT_REALISM or name.startswith("neurokit_"):
            continue
        both = [of_one[np.isfinite(of_one)] for of_one in (reference[name], values)]
        if all(of_one.size for of_one in both):
            of_reference, of_generated = (tuple(short(v) for v in np.percentile(one, (5, 50, 95))) for one in both)
            found[name] = Ranges.model_validate({"reference": of_reference, "generated": of_generated})
    return found


def _too_few(name: str, table: ReferenceTable, use: Use) -> str:
    needed = LEAST_RECORDS * (2 if use == "half" else 1)
    left_out = ", ".join(f"{count} {why}" for why, count in table.left_out.items())
    half = ", as one half is used to fit and the other to judge" if use == "half" else ""
    return (
        f"{name}: {len(table.names)} ECGs can be used{f' ({left_out})' if left_out else ''}, and at least {needed} are "
        f"needed{half}; give more."
    )
