"""How likely a candidate that passes the policy is accepted: two kinds of match, as a plan holds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ecgfactory.arrays import Float64Array
from ecgfactory.leads import SignalUv
from ecgfactory.match.bins import Bin, bin_of
from ecgfactory.match.bounds import LogRatio, Name, Share, SignalDigest, UpperHz
from ecgfactory.match.density_ratio import DensityRatio
from ecgfactory.match.raking import weights_of
from ecgfactory.quality.feature import FeatureTable

RULE = "match"
"""What rejected candidates name as the rule that they broke."""


class ReferenceMatch(BaseModel):
    """Discriminator rejection sampling, Azadi et al. 2019, arXiv:1810.06758.

    With r the density ratio of reference to generator, a candidate x is accepted with the probability

        min(1, (r(x) / r_cap) ** strength)

    In place of the greatest r that there is, which no sample tells, stands r_cap, which makes strength 1 accept one
    candidate in twenty of those that pass the policy. (Azadi et al. shift the greatest one they saw by a percentile,
    gamma, to the same end.) `strength` 0 accepts all, 1 follows the reference as far as r is known.

    Parameters
    ----------
    reference : str
        Its name.
    fitted_signals : tuple of str
        Digests of the ECGs that r was fitted on, whose names are not passed on: nothing may be judged by these.
    profile_sha256 : str
        Digest of the profile; see `Profile.sha256`.
    strength : float
        0 to 1.
    upper_hz : float
        End of the band of the feature space.
    log_cap : float
        Natural logarithm of r_cap.
    expected_yield : float
        Share of the candidates passing the policy that is accepted, as far as the profile knows.
    ratio : DensityRatio
        r.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["reference"] = "reference"
    reference: Name
    fitted_signals: tuple[SignalDigest, ...]
    profile_sha256: str
    strength: Share
    upper_hz: UpperHz
    log_cap: LogRatio
    expected_yield: Annotated[Share, Field(gt=0)]
    ratio: DensityRatio

    @property
    def reference_records(self) -> int:
        """How many ECGs r was fitted on."""
        return len(self.fitted_signals)

    @property
    def title(self) -> str:
        """What is followed, for a cover."""
        return f"reference {self.reference} with strength {self.strength:g}"

    @property
    def words(self) -> str:
        """What is followed, in a few words."""
        return f"{self.title}, profile of {self.reference_records:,} ECGs {self.profile_sha256[:16]}"

    def probabilities(self, signals_uv: SignalUv, lead_names: Sequence[str], measured: FeatureTable) -> Float64Array:
        """Return how likely each candidate is accepted, shape (n,).

        Parameters
        ----------
        signals_uv : int array, shape (n, leads, samples)
            As stored, brought to 500 Hz, in uV.
        lead_names : sequence of str
            Names along the second axis.
        measured : dict of str to array of shape (n,)
            Features as `measure` returns them.
        """
        from ecgfactory.match.space import in_space  # where a request is only read, it would be loaded for nothing

        log_ratio = self.ratio.log_ratio(in_space(signals_uv, lead_names, self.upper_hz))
        return acceptance(log_ratio, self.log_cap, self.strength)


class MatchedBin(BaseModel):
    """A bin, the share of records asked for in it, and how much of its candidates is accepted, relative to others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bin: Bin
    share: float
    factor: float


class HandMatch(BaseModel):
    """Distributions asked for by hand: a candidate is accepted with the product of the factors of its bins.

    Parameters
    ----------
    bins : dict of str to tuple of MatchedBin
        By feature; a candidate with a value in no bin is rejected.
    scale : float
        The product is divided by this, the greatest among the candidates that the factors were fitted on.
    expected_yield : float
        Share of the candidates passing the policy that is accepted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["by hand"] = "by hand"
    bins: dict[str, tuple[MatchedBin, ...]]
    scale: float
    expected_yield: float

    @property
    def title(self) -> str:
        """What is followed, for a cover."""
        return f"shares by hand of {', '.join(self.bins)}"

    @property
    def words(self) -> str:
        """What is followed, in a few words."""
        features = (
            f"{name} {', '.join(f'{one.bin}: {one.share:g}' for one in bins)}" for name, bins in self.bins.items()
        )
        return f"shares by hand: {'; '.join(features)}"

    def probabilities(self, signals_uv: SignalUv, lead_names: Sequence[str], measured: FeatureTable) -> Float64Array:
        """Return how likely each candidate is accepted; see `ReferenceMatch.probabilities`."""
        places = [bin_of(measured[name], [one.bin for one in bins]) for name, bins in self.bins.items()]
        factors = [np.array([one.factor for one in bins]) for bins in self.bins.values()]
        return np.minimum(weights_of(places, factors) / self.scale, 1.0)


Match = Annotated[ReferenceMatch | HandMatch, Field(discriminator="kind")]


def acceptance(log_ratio: Float64Array, log_cap: float, strength: float) -> Float64Array:
    """Return the probabilities of `ReferenceMatch` for the natural logarithms of r."""
    return np.exp(strength * np.minimum(log_ratio - log_cap, 0.0))


def reason(probability: float, drawn: float) -> str:
    """Say why a candidate is rejected: the two numbers, with as many digits as tell them apart."""
    digits = 2
    while f"{probability:.{digits}f}" == f"{drawn:.{digits}f}" and digits < 17:
        digits += 1
    return f"{RULE}: accepted with probability {probability:.{digits}f}, drawn {drawn:.{digits}f}"
