"""`ecgfactory validate --probe`: the outlook on a build."""

from __future__ import annotations

import numpy as np

from ecgfactory.cli.output import console, print_rows, print_table
from ecgfactory.line.outlook import Outlook, outlook
from ecgfactory.line.reach import OutOfReach, Range
from ecgfactory.realism.space_feature import SpaceFeature, in_short
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.work import time_text

CANDIDATES = 400
"""Of a probe, unless another number is asked for."""

MOST_TOLD = 10
"""Features that are not reached."""


def probe_request(request: BuildRequest, candidates: int | None) -> None:
    """Make candidates of a request, and print what they say of its build."""
    with console(stderr=True).status("making candidates"):
        seen = outlook(request, candidates or CANDIDATES)
    print_rows(outlook_rows(seen))
    if bins := list(seen.bins()):
        console().print("expected: of the candidates of the probe, each weighted by how likely it is accepted")
        rows = [(one.feature, one.bin, f"{one.asked:.1%}", f"{one.expected:.1%}") for one in bins]
        print_table(("feature", "bin", "asked", "expected"), rows)
    if beyond := seen.out_of_reach():
        _print_beyond(beyond, len(seen.probabilities))


def _print_beyond(beyond: list[OutOfReach], candidates: int) -> None:
    """Print what is not reached, by which rule, and in what order."""
    console().print(
        f"not reached: {len(beyond)} features in which the middle nine tenths of the reference go beyond all "
        f"{candidates:,} candidates\n"
        "5th, 50th and 95th percentile; intervals before amplitudes, correlations, shapes and spectra, farthest first"
    )
    print_table(
        ("feature", "reference", "generated", "expected", "unit"),
        [
            (
                in_short(one.feature.words),
                *(_words(one.feature, values) for values in (one.reference, one.generated, one.expected)),
                one.feature.unit,
            )
            for one in beyond[:MOST_TOLD]
        ],
    )
    if len(beyond) > MOST_TOLD:
        console().print(f"and {len(beyond) - MOST_TOLD:,} more")


def outlook_rows(seen: Outlook) -> list[tuple[str, str]]:
    """Return labels and values for people."""
    least, likeliest, most = seen.expected_yield
    passed = seen.passed.mean()
    accepted = f"; match accepts {seen.probabilities.mean():.1%} of these" if seen.plan.match and passed else ""
    rows = [
        *_profile_rows(seen),
        ("probe", f"{seen.candidates:,} candidates; the policy accepts {passed:.1%}{accepted}"),
        ("yield", f"{likeliest:.1%} ({least:.1%} to {most:.1%})"),
    ]
    if seen.candidates_needed is None or seen.seconds_needed is None:
        return [*rows, ("build", "no candidate was accepted, so that it may never end")]
    workers = f"{seen.workers} worker{'s' if seen.workers > 1 else ''}"
    comparison = ", comparison" if seen.plan.reference else ""
    return [
        *rows,
        ("build", f"about {seen.candidates_needed:,} candidates, {time_text(seen.seconds_needed)} with {workers}"),
        ("", f"not counted: start, writing, reports{comparison}"),
    ]


def _profile_rows(seen: Outlook) -> list[tuple[str, str]]:
    """Say where a profile was made under other rules, which its yields and ranges tell of."""
    profile, policy = seen.profile, seen.plan.policy
    if profile is None or profile.rules_sha256 == policy.rules_sha256:
        return []
    other = f"other rules or bounds of policy {policy.name}"
    under = other if profile.policy == policy.name else f"policy {profile.policy}, not {policy.name}"
    return [("note", f"the profile was made under {under}: its yields may not hold")]


def _words(feature: SpaceFeature, values: Range) -> str:
    """Write percentiles, of a correlation as such and not as Fisher's z."""
    plain = np.tanh(values) if feature.group == "lead correlation" else values
    return "  ".join(f"{value:.3g}" for value in plain)
