"""The Pulse2Pulse GAN generator of Thambawita et al. 2021 (doi:10.1038/s41598-021-01295-2)."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence

import numpy as np
import torch

from ecgfactory.checkpoint import Checkpoint
from ecgfactory.errors import BadInputError, BuildFailedError
from ecgfactory.generators.base import Device, Generator
from ecgfactory.generators.noise import CHANNELS, candidate_noise, candidate_noise_torch
from ecgfactory.generators.polyphase import PolyphaseNetwork
from ecgfactory.leads import SignalUv

_log = logging.getLogger(__name__)


class Pulse2PulseGenerator(Generator):
    """The network of the deepfakeecg package, in polyphase form, with published or own weights.

    See `Generator` for the parameters and errors.
    """

    def __init__(self, checkpoint: Checkpoint, batch: int, device: Device) -> None:
        self._device = _resolve_device(device)
        self._batch = batch
        self._network = PolyphaseNetwork(load_network(checkpoint)).to(self._device)
        if self._device.type == "cpu":
            torch.set_num_threads(1)  # the workers are the parallelism

    @property
    def device_name(self) -> str:
        """The device in use: 'cpu' or 'cuda'."""
        return self._device.type

    def generate(self, seed: int, candidates: Sequence[int], samples: int) -> SignalUv:
        """Make candidates in micro-batches of one shape; see `Generator.generate`.

        Where the device's memory is too small for that shape, it is halved, from then on: this may change the last
        bit of a float, and with it a sample by 1 uV.
        """
        signals = np.empty((len(candidates), CHANNELS, samples), dtype=np.int16)
        start = 0
        while start < len(candidates):
            wanted = candidates[start : start + self._batch]
            try:
                made = self._network.signal_uv(self._noise(seed, wanted, samples))[: len(wanted)].cpu().numpy()
            except torch.OutOfMemoryError:
                self._halve_batch(samples)
                continue
            signals[start : start + len(wanted)] = made
            start += len(wanted)
        return signals

    def _halve_batch(self, samples: int) -> None:
        if self._batch == 1:
            raise BuildFailedError(
                f"the {self.device_name} device has too little free memory to generate one record of {samples} "
                "samples a lead; free some of it, or use generator.device: cpu."
            )
        self._batch //= 2
        _log.warning("out of memory on %s; generating %d candidates at a time", self.device_name, self._batch)
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _noise(self, seed: int, candidates: Sequence[int], samples: int) -> torch.Tensor:
        """Make noise on the device; the tail of a micro-batch repeats its last candidate."""
        filled = [*candidates, *[candidates[-1]] * (self._batch - len(candidates))]
        if self._device.type == "cpu":
            return torch.from_numpy(candidate_noise(seed, filled, samples))
        return candidate_noise_torch(seed, filled, samples, self._device)


def load_network(checkpoint: Checkpoint) -> torch.nn.Module:
    """Load the package's own network with a checkpoint's weights, ready for inference.

    Raises
    ------
    BadInputError
        When the weights do not fit the network.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package initialises its weights by a deprecated name
        from deepfakeecg.models import Generator as Network

        network: torch.nn.Module = Network()
    try:
        network.load_state_dict(checkpoint.generator_state())
    except RuntimeError as error:
        raise BadInputError(
            f"{checkpoint.path}: its weights do not fit the Pulse2Pulse generator "
            f"({' '.join(str(error).split())[:160]}...); give a checkpoint of that network with 8 channels."
        ) from None
    return network.eval()


def _resolve_device(device: Device) -> torch.device:
    if device == "cpu":
        return torch.device("cpu")
    if torch.cuda.is_available():
        return torch.device("cuda")
    if device == "cuda":
        raise BadInputError(
            "generator.device: 'cuda' was asked for, and PyTorch finds no CUDA device here; use auto or cpu."
        )
    _log.info("no CUDA device found; generating on the CPU")
    return torch.device("cpu")
