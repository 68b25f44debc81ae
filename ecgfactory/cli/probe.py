"""`ecgfactory validate --probe`: the outlook on a build."""

from __future__ import annotations

from ecgfactory.cli.output import console, print_rows, print_table
from ecgfactory.line.outlook import Outlook, Range, outlook
from ecgfactory.request.build_request import BuildRequest

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
        rows = [(one.feature, one.bin, f"{one.asked:.1%}", f"{one.expected:.1%}") for one in bins]
        print_table(("feature", "bin", "asked", "expected"), rows)
    if beyond := seen.out_of_reach():
        console().print(f"not reached  {len(beyond)} features of the reference; 5th, 50th and 95th percentile:")
        print_table(
            ("feature", "reference", "generated", "expected"),
            [
                (one.feature, _words(one.reference), _words(one.generated), _words(one.expected))
                for one in beyond[:MOST_TOLD]
            ],
        )


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
    time = f"{_duration(seen.seconds_needed)} with {workers}, beside their start and writing"
    return [*rows, ("build", f"about {seen.candidates_needed:,} candidates; {time}")]


def _profile_rows(seen: Outlook) -> list[tuple[str, str]]:
    """Say where a profile was made under other rules, which its yields and ranges tell of."""
    profile, policy = seen.profile, seen.plan.policy
    if profile is None or profile.rules_sha256 == policy.rules_sha256:
        return []
    other = f"other rules or bounds of policy {policy.name}"
    under = other if profile.policy == policy.name else f"policy {profile.policy}, not {policy.name}"
    return [("note", f"the profile was made under {under}: its yields may not hold")]


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _words(values: Range) -> str:
    return "  ".join(f"{value:.3g}" for value in values)
