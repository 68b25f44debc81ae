"""The package deepfake-ecg, which holds the published Pulse2Pulse network: its weights and model card."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from ecgfactory.errors import BadInputError
from ecgfactory.generators.checkpoint import Checkpoint
from ecgfactory.generators.model_card import ModelCard

PUBLISHED_SHA256 = "676619cb3b81ed637e5ef93fabd591220d047bc4f5e199ffce930a3affb05cba"
"""Checkpoint `g_stat.pt` as PyPI's deepfake-ecg 1.1.2 ships it."""

MODEL_CARD = ModelCard(
    title="Pulse2Pulse",
    kind="a generative model",
    origin=(
        "The generator is the Pulse2Pulse GAN of Thambawita et al., published as\n"
        "[`deepfake-ecg`](https://pypi.org/project/deepfake-ecg/)."
    ),
    limits=(
        "The model learnt from normal ECGs only, so no pathology is to be found here, and how often something is "
        "found says nothing about people."
    ),
    paper=(
        "Thambawita V, Isaksen JL, Hicks SA, et al. DeepFake electrocardiograms using generative adversarial networks "
        "are the beginning of the end for privacy issues in medicine. Scientific Reports 11, 21896 (2021). "
        "doi:10.1038/s41598-021-01295-2"
    ),
    bibtex="""\
@article{thambawita2021deepfake,
  title   = {{DeepFake} electrocardiograms using generative adversarial networks are the beginning of the end
             for privacy issues in medicine},
  author  = {Thambawita, Vajira and Isaksen, Jonas L. and Hicks, Steven A. and others},
  journal = {Scientific Reports},
  volume  = {11},
  number  = {21896},
  year    = {2021},
  doi     = {10.1038/s41598-021-01295-2}
}
""",
)
"""The weights are under the MIT licence; what a build makes may be shared by anyone who names its source."""


def published_checkpoint() -> Checkpoint:
    """Return the weights inside the installed package.

    Raises
    ------
    BadInputError
        When the package is not installed.
    """
    spec = importlib.util.find_spec("deepfakeecg")
    if spec is None or spec.origin is None:
        raise BadInputError("generator.model: package deepfake-ecg is not installed; run `make dataset`.")
    return Checkpoint(str(Path(spec.origin).parent / "checkpoints" / "g_stat.pt"), PUBLISHED_SHA256)
