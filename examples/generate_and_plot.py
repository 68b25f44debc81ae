"""Generate a few ECGs, look at what was measured, and draw one as a printed ECG: `python generate_and_plot.py`."""

import ecgfactory as ef

ecgs = ef.generate(20, seed=7)
print(ecgs)
print(ecgs.features[["heart_rate_bpm", "pr_ms", "qrs_ms", "qt_ms"]].describe().round(1))
print(f"{len(ecgs.rejected)} candidates were rejected on the way")

slowest = int(ecgs.features["heart_rate_bpm"].argmin())
ecgs[slowest].plot().savefig("ecg.pdf")
print(f"wrote ecg.pdf: {ecgs[slowest]}")
