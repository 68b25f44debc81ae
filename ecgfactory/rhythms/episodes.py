"""Sinus rhythm and episodes of another in turn: paroxysmal fibrillation, runs of ventricular tachycardia."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.rhythms.assembly import Beats, PWaves
from ecgfactory.rhythms.intervals import pr_after
from ecgfactory.rhythms.score import Heart
from ecgfactory.rhythms.sinus_node import SinusNode

SHORTEST_S = 3.5
"""No part of a record at its ends is shorter, about."""

_RECOVERY_S = 0.6
"""From the last QRS of an episode to the first sinus P after it, at least (chosen here)."""


@dataclass(frozen=True)
class Episode:
    """An episode of another rhythm.

    Parameters
    ----------
    beats : Beats
        Its beats in order, with the early one that starts it.
    p_waves : PWaves
        Their P waves.
    begins_s, ends_s : float
        From when to when the record is in the other rhythm.
    """

    beats: Beats
    p_waves: PWaves
    begins_s: float
    ends_s: float

    def touches(self, duration_s: float) -> bool:
        """Return whether some of it is in the record."""
        return self.begins_s < duration_s and self.ends_s > 0


def turns_s(
    sinus_s: tuple[float, float],
    episode_s: tuple[float, float],
    starts_within: bool,
    duration_s: float,
    rng: np.random.Generator,
) -> Float64Array:
    """Draw when episodes begin and end, in turn, about.

    Parameters
    ----------
    sinus_s, episode_s : pair of float
        How long sinus rhythm and episodes last, from and to.
    starts_within : bool
        Whether the record starts within an episode, so that the first turn is an end.
    duration_s : float
        Length of the record.
    rng : Generator
        For the lengths.

    Returns
    -------
    float64 array, shape (turns,)
        In s, rising, `SHORTEST_S` and more before the end of the record.
    """
    pairs = int(duration_s / (sinus_s[0] + episode_s[0])) + 1
    first, second = (episode_s, sinus_s) if starts_within else (sinus_s, episode_s)
    length_s = np.stack([rng.uniform(*first, size=pairs), rng.uniform(*second, size=pairs)], axis=1)
    at_s = np.cumsum(length_s)
    return at_s[at_s < duration_s - SHORTEST_S]


def interwoven(
    heart: Heart,
    node: SinusNode,
    turns: Float64Array,
    starts_within: bool,
    episode: Callable[[float, float, float], Episode],
) -> tuple[Beats, PWaves, list[Episode]]:
    """Put sinus rhythm and episodes together.

    Parameters
    ----------
    heart : Heart
        Whose heart it is.
    node : SinusNode
        When the sinus node would fire all the time.
    turns : float64 array, shape (turns,)
        See `turns_s`.
    starts_within : bool
        Whether the record starts within an episode.
    episode : function
        Draws an episode that follows the sinus beat whose P and QRS begin at its first two arguments, and has no beat
        after its third, in s.

    Returns
    -------
    beats : Beats
    p_waves : PWaves
    episodes : list of Episode
    """
    p_onset_s = node.onset_s[1:]
    qrs_onset_s = p_onset_s + pr_after(heart, node.interval_s)
    is_sinus = np.zeros(len(p_onset_s), np.bool_)
    episodes: list[Episode] = []
    done, is_within = 0, starts_within
    if starts_within:
        is_sinus[0], done = True, 1
    for until_s in [*turns.tolist(), float(p_onset_s[-1])]:
        if is_within:
            episodes.append(episode(float(p_onset_s[done - 1]), float(qrs_onset_s[done - 1]), until_s))
            done = int(p_onset_s.searchsorted(episodes[-1].beats.onset_s[-1] + _RECOVERY_S))
        else:
            last = max(done + 1, int(qrs_onset_s.searchsorted(until_s)))
            is_sinus[done:last] = True
            done = last
        is_within = not is_within
    sinus = Beats.alike(qrs_onset_s[is_sinus])
    all_beats = [sinus, *(found.beats for found in episodes)]
    first = np.cumsum([len(beats.onset_s) for beats in all_beats])
    all_p_waves = [PWaves.alike(p_onset_s[is_sinus], np.arange(first[0]))]
    all_p_waves += [found.p_waves.of_later(int(place)) for found, place in zip(episodes, first[:-1], strict=True)]
    return Beats.joined(all_beats), PWaves.joined(all_p_waves), episodes


def rhythms_of(episodes: list[Episode], name: str, duration_s: float) -> list[tuple[str, float]]:
    """Return which rhythm the record is in since when: sinus rhythm outside episodes, `name` within."""
    found = [("sinus", 0.0)]
    for each in episodes:
        if each.begins_s <= 0 < each.ends_s:
            found = [(name, 0.0)]
        elif 0 < each.begins_s < duration_s:
            found.append((name, each.begins_s))
        if 0 < each.ends_s < duration_s:
            found.append(("sinus", each.ends_s))
    return found
