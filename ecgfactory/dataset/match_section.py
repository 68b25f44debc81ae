"""What the dataset card says of a match: acceptance changed how records are distributed."""

from __future__ import annotations

import textwrap

from ecgfactory.dataset.markdown import plain
from ecgfactory.match.acceptance import HandMatch, Match, ReferenceMatch

_OUTCOME = (
    "So distributions of features here are not those of the generator: how often something is found follows what was "
    "asked for. Candidates rejected so are in `rejected.parquet` under the rule `match`, with the probability of their "
    "acceptance and the number that was drawn."
)


def match_section(match: Match | None) -> str:
    """Return a paragraph on a match, with the empty line that follows; nothing where there is none."""
    if match is None:
        return ""
    followed = _by_hand(match) if isinstance(match, HandMatch) else _by_reference(match)
    return f"{textwrap.fill(f'{followed} {_OUTCOME}', 120)}\n\n"


def _by_hand(match: HandMatch) -> str:
    features = " and ".join(f"`{name}`" for name in match.bins)
    return (
        f"Of the candidates that passed the policy, some were rejected so that {features} "
        f"{'is' if len(match.bins) == 1 else 'are'} distributed as the request asks. The shares, and how much of each "
        "bin was accepted for that, are in `manifest.json` under `plan.match`."
    )


def _by_reference(match: ReferenceMatch) -> str:
    return (
        "Of the candidates that passed the policy, those were accepted more often that are more like the "
        f"{match.reference_records:,} ECGs of the reference {plain(repr(match.reference))} that the profile "
        f"`{match.profile_sha256[:16]}` was fitted on: with the probability min(1, (r / r_cap) ^ {match.strength:g}), "
        "where r is the density ratio of reference to generated ECGs (discriminator rejection sampling, Azadi et al. "
        "2019, arXiv:1810.06758). The model of r is in `manifest.json` under `plan.match`. No ECG of the reference is "
        "here."
    )
