"""An independent judge of rhythms and beats: the pretrained codec of `openecg`, where it is installed.

Its codec (version 6, 1.2 million weights) learnt from real ECGs that people annotated: beats from the MIT-BIH and
VitalDB databases, rhythms from a hospital's 10 s ECGs. It sees lead II alone. Its older classifier of rhythms
(`openecg.rhythm.classify`) comes without its weights, so that it can't judge.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.waves.judge import PACKAGE, Codec
from ecgfactory.leads import SignalUv

RATE_HZ = 500
LEAD = "II"

SURE_S = (2.0, 8.0)
"""Where in a window of 10 s the judge's beats count: its makers leave out 2 s at either end."""

CALLED = {
    "sinus": "sinus",
    "sinus_bradycardia": "sinus",
    "sinus_tachycardia": "sinus",
    "sinus_arrhythmia": "sinus",
    "atrial_fibrillation": "afib",
    "atrial_flutter": "afib",
    "supraventricular_tachycardia": "afib",
    "ventricular_tachycardia": "ventricular",
    "av_block_1": "avb",
    "av_block_2_wenckebach": "avb",
    "av_block_2_mobitz": "avb",
    "av_block_3": "avb",
}
"""What the judge calls our rhythms, as its documentation lists what is in its classes: normal, slow and fast sinus
rhythm; fibrillation, flutter and other supraventricular tachycardia; ventricular tachycardia and fibrillation, which it
learnt from monitors and not from ECGs of 10 s; AV block of the first and of higher degrees. It has no name for the
others: single early beats, pauses, a junctional rhythm."""

BEATS_CALLED = {"N": "sinus", "A": "sinus", "j": "sinus", "V": "vpc", "E": "vpc"}
"""What it calls our beats."""


SHORTEST = 10
"""In so many samples (20 ms) of a QRS it must see a beat."""


@dataclass(frozen=True)
class Verdict:
    """What the judge says of a record.

    Parameters
    ----------
    rhythm : str
        Its class for most of the samples.
    beat : uint8 array, shape (samples,)
        Its class of the beat at each sample, whether its finder of waves sees a QRS there or not; 0 for none.
    is_qrs : bool array, shape (samples,)
        Where its finder of waves sees a QRS.
    names : mapping of int to str
        Of the classes of beats.
    """

    rhythm: str
    beat: npt.NDArray[np.uint8]
    is_qrs: npt.NDArray[np.bool_]
    names: Mapping[int, str]

    def gated(self) -> Verdict:
        """Say it as the documented `encode` does: beats only where its finder of waves sees a QRS."""
        return replace(self, beat=np.where(self.is_qrs, self.beat, 0).astype(np.uint8))

    def beat_within(self, onset: int, offset: int) -> str:
        """Say what it calls the beat whose QRS has its first and last sample there; `none` where it sees none."""
        counts = np.bincount(self.beat[max(onset, 0) : offset + 1], minlength=len(self.names))
        counts[0] = SHORTEST - 1
        return self.names[int(counts.argmax())]


class RhythmJudge(Codec):
    """What openecg's codec makes of rhythms and beats."""

    def look(self, lead_uv: SignalUv) -> Verdict:
        """Judge lead II of a record of 10 s at 500 Hz."""
        names = self._openecg.layered
        ranked = self._openecg.dsp.rank_normalize(lead_uv.astype(np.float32))
        with torch.no_grad():
            heads = self._network(torch.from_numpy(ranked)[None].float(), torch.zeros(1, dtype=torch.long))
        wave, beat, rhythm = (head[0].argmax(dim=-1).numpy() for head in heads)
        most = int(np.bincount(rhythm).argmax())
        is_qrs = np.isin(wave, names.ALL_SUPER_QRS_CLASSES)
        return Verdict(names.RHYTHM_NAMES[most], beat.astype(np.uint8), is_qrs, names.BEAT_NAMES)


def rhythm_judge() -> RhythmJudge | None:
    """Return the judge, or None where it is not installed."""
    return RhythmJudge() if importlib.util.find_spec(PACKAGE) else None
