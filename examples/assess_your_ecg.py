"""Assess an ECG of yours as generated ones are: `python assess_your_ecg.py [PATH]`.

PATH is an ECG file (WFDB, EDF, DICOM, NumPy, Parquet, CSV, ...), or a folder of them. Without one,
NeuroKit2 simulates an ECG.
"""

import sys

import neurokit2

import ecgfactory as ef


def assess_files(path: str) -> None:
    """Assess every ECG at a path."""
    # What a file leaves open may be said here: rate_hz=500, unit="0.1mV", lead_names=["II", "V5"].
    for ecg in ef.read_ecgs(path):
        if isinstance(ecg, ef.UnreadableEcg):
            print(f"{ecg.name}: {ecg.problem}")
            continue
        assessment = ef.assess(ecg.signal_uv, rate_hz=500, lead_names=ecg.lead_names, unit="uV")
        print(f"{ecg.name}: {'accepted' if assessment.accepted else 'rejected'}", *assessment.reasons)
        for note in ecg.notes:  # what was assumed
            print(f"    {note}")


def assess_an_array() -> None:
    """Assess an ECG that is an array of four leads at 250 Hz, in mV."""
    # It is rejected: the simulated baseline of lead V1 wanders by 764 uV, and the policy `basic` allows 700.
    simulated = neurokit2.ecg_simulate(duration=10, sampling_rate=250, method="multileads", random_state=3)
    signal_mv = simulated[["I", "II", "V1", "V5"]].to_numpy().T
    assessment = ef.assess(signal_mv, rate_hz=250, lead_names=["I", "II", "V1", "V5"], unit="mV")
    print("accepted" if assessment.accepted else "rejected", *assessment.reasons, sep="\n    ")
    print(ef.measure(signal_mv, rate_hz=250, lead_names=["I", "II", "V1", "V5"], unit="mV").T.head(12))


if __name__ == "__main__":
    assess_files(sys.argv[1]) if len(sys.argv) > 1 else assess_an_array()
