"""Which artefacts a record has: drawn from its seed and candidate number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.base import Artefact
from ecgfactory.draws import Purpose, generator

USUAL_WEIGHTS: Mapping[str, float] = {
    "baseline_wander": 3.0,
    "muscle": 3.0,
    "mains": 1.0,
    "electrode_motion": 2.0,
    "electrode_pop": 1.0,
    "poor_contact": 1.0,
    "lead_off": 1.0,
    "clipping": 0.5,
    "quantisation": 0.5,
    "limb_lead_swap": 0.5,
    "precordial_swap": 0.5,
    "inverted_lead": 0.25,
    "dropped_samples": 0.5,
    "clock_jitter": 0.25,
    "wrong_gain": 0.5,
    "pacemaker_spikes": 0.25,
}
"""How often each kind is chosen where nothing else is asked for: what disturbs recordings most comes most."""

LOWEST_SNR_DB, HIGHEST_SNR_DB = -15.0, 30.0
"""From noise that a recorder just takes without saturating to noise of about 5 uV, which its amplifier makes by itself,
and which steps of 1 uV still hold within 0.1 dB."""

_WHICH = 0
"""Stream of what is drawn about the record; those of its artefacts follow."""


@dataclass(frozen=True)
class Drawn:
    """An artefact that a record is to have.

    Parameters
    ----------
    kind : Artefact
        Its kind.
    snr_db : float
        Signal-to-noise ratio that it is scaled to, where the kind is scaled.
    rng : numpy.random.Generator
        Where everything random about it comes from.
    """

    kind: Artefact
    snr_db: float
    rng: np.random.Generator


@dataclass(frozen=True)
class Mixture:
    """How artefacts are spread over records.

    Parameters
    ----------
    clean_share : float
        Share of the records that have none, 0 .. 1.
    least, most : int
        Artefacts in a record that has some, each of another kind.
    snr_db_min, snr_db_max : float
        Between which the signal-to-noise ratio of those that are noise is drawn, uniformly.
    weights : mapping of str to float
        How often each kind is chosen in comparison with the others.
    """

    clean_share: float
    least: int
    most: int
    snr_db_min: float
    snr_db_max: float
    weights: Mapping[str, float]

    @cached_property
    def kinds(self) -> tuple[Artefact, ...]:
        """The kinds that may be chosen, in the order of the registry."""
        return tuple(kind_named(name) for name in ARTEFACTS if self.weights.get(name, 0) > 0)

    @cached_property
    def _logarithms(self) -> Float64Array:
        """Of the weights, which may be of any size."""
        return np.log([self.weights[kind.name] for kind in self.kinds])

    def draw(self, seed: int, candidate: int) -> list[Drawn]:
        """Draw the artefacts of a record, in the order in which they are put in; none for a clean one."""
        rng = generator(seed, candidate, Purpose.ARTEFACTS, _WHICH)
        if rng.random() < self.clean_share:
            return []
        count = int(rng.integers(self.least, self.most, endpoint=True))
        # The first to arrive, each after an exponential time: drawn by weight without repeats (Efraimidis, Spirakis
        # 2006, doi:10.1016/j.ipl.2005.11.003).
        chosen = np.argsort(np.log(rng.standard_exponential(len(self.kinds))) - self._logarithms)[:count].tolist()
        ordered = sorted(chosen, key=lambda place: (self.kinds[place].stage, place))
        ratios = rng.uniform(self.snr_db_min, self.snr_db_max, len(ordered)).tolist()
        return list(self._drawn(seed, candidate, ordered, ratios))

    def _drawn(self, seed: int, candidate: int, places: list[int], ratios: list[float]) -> Iterator[Drawn]:
        for number, (place, snr_db) in enumerate(zip(places, ratios, strict=True), start=_WHICH + 1):
            yield Drawn(self.kinds[place], snr_db, generator(seed, candidate, Purpose.ARTEFACTS, number))


@cache
def kind_named(name: str) -> Artefact:
    """Return the kind of a name; raises as `Registry.load` does."""
    kind = ARTEFACTS.load(name)
    try:
        return kind()
    except TypeError as error:  # it lacks a method, or wants arguments
        raise ARTEFACTS.unusable(name, str(error)) from error
