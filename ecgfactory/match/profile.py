"""A profile: what `match` follows of a reference, in a readable file without any of its ECGs."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ecgfactory.documents.file import is_file
from ecgfactory.errors import BadInputError
from ecgfactory.match.acceptance import ReferenceMatch, acceptance
from ecgfactory.match.bounds import Count, LogRatio, Name, Number, Share, SignalDigest, UpperHz, printable
from ecgfactory.match.density_ratio import DensityRatio
from ecgfactory.match.rounding import short
from ecgfactory.storage.durable import write_text
from ecgfactory.storage.handed_out import check_free
from ecgfactory.storage.home import from_home
from ecgfactory.storage.sealed import check_outside

LARGEST_BYTES = 20_000_000
"""Names of the reference's ECGs take the most: a hundred thousand of 100 characters fit."""

LEAST_YIELD = 0.05
"""Share of candidates that strength 1 accepts."""

STRENGTHS = (0.25, 0.5, 0.75, 1.0)
"""Whose yields a profile lists."""


class Reference(BaseModel):
    """The ECGs that a profile was made from: their names, and nothing else of them.

    Parameters
    ----------
    name : str
        Of the folder or file, without where it lies.
    fitted_on, judged_on : tuple of str
        ECGs that the ratio was fitted on, and the others, which `compare` may judge the outcome by.
    fitted_signals : tuple of str
        Digests of the signals that the ratio was fitted on, by which `compare` knows them again wherever they lie.
    left_out : dict of str to int
        How many were not used, by the reason in words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    fitted_on: tuple[str, ...]
    judged_on: tuple[str, ...]
    fitted_signals: tuple[SignalDigest, ...]
    left_out: dict[str, Count]


class Candidates(BaseModel):
    """The generated ECGs that a profile was made from.

    Parameters
    ----------
    seed : int
        Theirs.
    fitted_on, judged_on : int
        Candidates passing the policy that the ratio was fitted on, and others, by which yields and separation are told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: Annotated[int, Field(strict=True, ge=0, lt=2**63)]
    fitted_on: Count
    judged_on: Count


class Separation(BaseModel):
    """How often the ratio is greater for a reference than for a generated ECG: 0.5 where it tells nothing, 1 always.

    Parameters
    ----------
    cross_validated : float
        Among those that it was fitted on, in five folds.
    judged : float or None
        Among those that it was not; None where all of the reference was used to fit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cross_validated: Share
    judged: Share | None


class Ranges(BaseModel):
    """The 5th, 50th and 95th percentile of a feature, in the reference and in candidates that pass the policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: tuple[Number, Number, Number]
    generated: tuple[Number, Number, Number]


class Profile(BaseModel):
    """What `match` follows of a reference.

    Parameters
    ----------
    format : str
        Marks the file for what it is.
    reference : Reference
        The ECGs that are followed.
    settings : dict
        What decides how candidates look; a request has to have the same. See `ecgfactory.request.settings`.
    policy : str
        Name of the policy that candidates and reference ECGs had to pass.
    rules_sha256 : str
        Digest of the rules of that policy; see `Policy`.
    ecgfactory : str
        Version that made it.
    candidates : Candidates
        The generated ECGs.
    upper_hz : float
        End of the band that is compared: where that of the reference ends, or of the signal that is asked for.
    separation : Separation
        How well the ratio tells the two apart.
    yields : dict of str to float
        Share of the candidates passing the policy that is accepted, by strength.
    log_cap : float
        As in `ReferenceMatch`.
    log_ratios : tuple of float
        Of candidates passing the policy, at percentiles 0.5, 1.5, ... 99.5: the yields of all strengths follow.
    ranges : dict of str to Ranges
        By feature.
    ratio : DensityRatio
        Density of reference to generated ECGs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["ecgfactory profile 1"] = "ecgfactory profile 1"
    reference: Reference
    settings: dict[str, Any]
    policy: Name
    rules_sha256: str
    ecgfactory: Name
    candidates: Candidates
    upper_hz: UpperHz
    separation: Separation
    yields: dict[str, Share]
    log_cap: LogRatio
    log_ratios: tuple[LogRatio, ...] = Field(min_length=1, max_length=1000)
    ranges: dict[str, Ranges]
    ratio: DensityRatio

    @model_validator(mode="after")
    def _accepts_what_it_should(self) -> Profile:
        accepted = self.expected_yield(1.0)
        if not math.isclose(accepted, LEAST_YIELD, rel_tol=0.1):
            raise ValueError(
                f"with its log_cap strength 1 accepts {accepted:.3g} of the candidates in place of {LEAST_YIELD}"
            )
        return self

    @property
    def sha256(self) -> str:
        """Digest of the content as canonical JSON, however the file is laid out."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def expected_yield(self, strength: float) -> float:
        """Return the share of the candidates passing the policy that a strength accepts."""
        return expected_yield(self.log_ratios, self.log_cap, strength)

    def match(self, strength: float) -> ReferenceMatch:
        """Return the acceptance that follows this profile."""
        return ReferenceMatch(
            reference=self.reference.name,
            fitted_signals=self.reference.fitted_signals,
            profile_sha256=self.sha256,
            strength=strength,
            upper_hz=self.upper_hz,
            log_cap=self.log_cap,
            expected_yield=self.expected_yield(strength),
            ratio=self.ratio,
        )

    def to_json(self) -> str:
        """Write the file's text."""
        return json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"

    def write(self, path: str | Path, overwrite: bool = False) -> None:
        """Write it as a JSON file.

        Parameters
        ----------
        path : str or Path
            Where.
        overwrite : bool
            Whether a file at the path is replaced.

        Raises
        ------
        BadInputError
            When no file may be made there.
        """
        check_target(from_home(path), overwrite)
        write_text(from_home(path), self.to_json())


def check_target(path: Path, overwrite: bool) -> None:
    """Check that a profile may be written at a path, before it is made.

    Raises
    ------
    BadInputError
        When it may not.
    """
    check_outside(path)
    if not path.parent.is_dir():
        raise BadInputError(f"{path}: there is no folder {path.parent}; make it, or choose another.")
    check_free(path, overwrite and not path.is_dir())


def expected_yield(log_ratios: tuple[float, ...], log_cap: float, strength: float) -> float:
    """Return the mean probability of acceptance over candidates with these log ratios, to three digits."""
    return short(float(acceptance(np.array(log_ratios), log_cap, strength).mean()), 3)


def cap_of(log_ratios: tuple[float, ...]) -> float:
    """Return the cap of the ratio under which strength 1 accepts `LEAST_YIELD` of candidates with these log ratios."""
    low, high = min(log_ratios), max(log_ratios) - math.log(LEAST_YIELD)
    while high - low > 1e-3:
        middle = (low + high) / 2
        is_low = acceptance(np.array(log_ratios), middle, 1.0).mean() > LEAST_YIELD
        low, high = (middle, high) if is_low else (low, middle)
    return short(high)


def load_profile(path: Path) -> Profile:
    """Read a profile.

    Raises
    ------
    BadInputError
        When there is none, or it can't be read; one sentence without a place.
    """
    try:
        if not is_file(path):
            raise BadInputError(f"there is no file {str(path)!r}; give a profile that `ecgfactory profile` wrote.")
        if path.stat().st_size > LARGEST_BYTES:
            raise BadInputError(
                f"{path} is larger than {LARGEST_BYTES // 10**6} MB, so no profile; give one that `ecgfactory profile` "
                "wrote."
            )
        return Profile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadInputError(f"{path} can't be read ({error.strerror}); change its permissions.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = printable(".".join(map(str, first["loc"])))
        what = first["msg"].lower().removeprefix("value error, ")
        raise BadInputError(
            f"{path} is no profile of this version ({f'{where}: ' if where else ''}{what}); give one that `ecgfactory "
            "profile` wrote."
        ) from None
