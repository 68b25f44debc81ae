"""Generators of candidate signals: one file a model, behind `Generator` (see base.py).

A new model is a file here with a `Generator`, and a line in `GENERATORS`.
"""

GENERATORS = {"deepfakeecg": "ecgfactory.generators.pulse2pulse:Pulse2PulseGenerator"}
"""Where each generator lives; imported on first use, so that naming models costs nothing."""
