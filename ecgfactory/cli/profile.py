"""`ecgfactory profile`: what `match` follows, from real ECGs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from ecgfactory.cli.output import console, print_rows
from ecgfactory.match.profile import Profile, check_target
from ecgfactory.profiles.make import Use, profile
from ecgfactory.storage.place import Place


def write_profile(
    reference: Place, output: Path, for_request: Path | None, use: str, stated: Mapping[str, Any], overwrite: bool
) -> None:
    """Make the profile of a reference, write it, and print what it says."""
    check_target(output, overwrite)
    with console(stderr=True).status("reading ECGs, making candidates, fitting"):
        made = profile(reference, request=for_request, use=cast(Use, use), **stated)
    made.write(output, overwrite)
    print_rows([*profile_rows(made), ("profile", str(output))])


def profile_rows(made: Profile) -> list[tuple[str, str]]:
    """Return labels and values for people."""
    reference, candidates, separation = made.reference, made.candidates, made.separation
    fitted, judged = len(reference.fitted_on), len(reference.judged_on)
    left_out = ", ".join(f"{count:,} {why}" for why, count in reference.left_out.items())
    held_out = separation.cross_validated if separation.judged is None else separation.judged
    yields = ", ".join(f"{share:.1%} at {strength}" for strength, share in made.yields.items())
    return [
        ("reference", f"{reference.name}: {fitted + judged:,} ECGs{f'; left out: {left_out}' if left_out else ''}"),
        ("fitted on", f"{fitted:,} of them{'; the profile names them, and the others to judge by' if judged else ''}"),
        ("candidates", f"{candidates.fitted_on:,} to fit, {candidates.judged_on:,} to judge, by policy {made.policy}"),
        ("told apart", f"area under ROC {held_out:.3f} on ECGs that were not fitted on; 0.5 is chance, 1 always"),
        ("yield", f"{yields} (strength)"),
    ]
