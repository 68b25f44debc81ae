"""The Pulse2Pulse GAN generator of Thambawita et al. 2021 (doi:10.1038/s41598-021-01295-2)."""

from __future__ import annotations

import io
import logging
import pickle
import warnings
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ecgfactory.errors import BadInputError, BuildFailedError
from ecgfactory.generators import deepfakeecg
from ecgfactory.generators.base import Device, Edges, Generator
from ecgfactory.generators.checkpoint import Checkpoint
from ecgfactory.generators.model_card import ModelCard
from ecgfactory.leads import SignalUv

# PyTorch, a second to import, is imported only where a network is made: reading a request needs none.
if TYPE_CHECKING:
    import torch

    from ecgfactory.generators.engines import Engine, Finish

_log = logging.getLogger(__name__)

LEGACY_HEAD = pickle.dumps(0x1950A86A20F9469CFC6C, protocol=2)
"""How a file begins that PyTorch saved in its way before the archives of version 1.6."""

STATE_KEYS = ("stat_dict", "netG_state_dict", "state_dict", "model_state_dict")
"""Keys of the generator's weights: in the published file, in what the Pulse2Pulse training code saves, and as PyTorch's
tutorials have them. A file may also hold the weights alone."""

TRIAL_CANDIDATES = range(2)


class Pulse2PulseGenerator(Generator):
    """The network of the deepfakeecg package, in polyphase form, with published or own weights.

    See `Generator` for the parameters and errors.
    """

    name: ClassVar[str] = "deepfakeecg"
    model_card: ClassVar[ModelCard] = deepfakeecg.MODEL_CARD
    durations_s: ClassVar[Sequence[int]] = (10,)
    durations_reason: ClassVar[str] = (
        "the network learnt from 10 s: at 15 s seven in ten of its ECGs fail the policy basic, and in the others the "
        "beats of a lead differ widely"
    )
    edges: ClassVar[Mapping[Edges, str]] = {
        "mended": (
            "The network's last two layers see their signals reflected at both ends, where the published one pads "
            "zeros; all but the first and last 72 ms are as published."
        ),
        "as_published": (
            "Both ends are as published: the network pads zeros there, which leaves the first and last 20 ms more "
            "than twice as rough as the rest."
        ),
    }
    packages: ClassVar[tuple[str, ...]] = ("torch", "deepfake-ecg")
    modules: ClassVar[tuple[str, ...]] = ("ecgfactory.generators.engines", "deepfakeecg.models")

    def __init__(self, checkpoint: Checkpoint | None, batch: int, device: Device, edges: Edges | None = None) -> None:
        from ecgfactory.generators.engines import CpuEngine, CudaEngine, one_thread
        from ecgfactory.generators.polyphase import PolyphaseNetwork

        engine = CudaEngine if _is_on_cuda(device) else CpuEngine
        with one_thread():
            published = load_network(checkpoint or self.published_checkpoint())
            self._engine: Engine = engine(PolyphaseNetwork(published, mended=edges != "as_published"))
        self._batch = batch

    @classmethod
    def published_checkpoint(cls) -> Checkpoint:
        """Return the weights of the installed package deepfake-ecg."""
        return deepfakeecg.published_checkpoint()

    @classmethod
    def check_checkpoint(cls, checkpoint: Checkpoint) -> None:
        """Load the weights, and make two ECGs with them; see `Generator.check_checkpoint`."""
        import torch

        from ecgfactory.generators.engines import one_thread
        from ecgfactory.generators.noise import candidate_noise
        from ecgfactory.generators.polyphase import SAMPLES, SCALE_UV, PolyphaseNetwork

        noise = torch.from_numpy(candidate_noise(0, TRIAL_CANDIDATES, SAMPLES))
        with one_thread():
            ecgs_uv = PolyphaseNetwork(load_network(checkpoint))(noise)
        fault = None
        if not ecgs_uv.isfinite().all():
            fault = "not numbers"
        elif (ecgs_uv.amax(dim=2) - ecgs_uv.amin(dim=2) < 1).all():
            fault = "flat lines"
        elif (ecgs_uv.abs() > SCALE_UV - 1).float().mean() > 0.5:
            fault = f"at their limit of {SCALE_UV / 1000:g} mV most of the time"
        if fault:
            raise BadInputError(
                f"{checkpoint.path}: the ECGs that it makes are {fault}; give a checkpoint of a trained generator."
            )

    @property
    def device_name(self) -> str:
        """The device in use: 'cpu' or 'cuda'."""
        return self._engine.device_name

    def stream(self, seed: int, batches: Iterable[Sequence[int]], samples: int) -> Iterator[SignalUv]:
        """Make candidates in micro-batches of one shape; see `Generator.stream`.

        Where the device's memory is too small for that shape, it is halved, from then on: this may change the last
        bit of a float, and with it a sample by 1 uV.
        """
        begun: deque[Finish] = deque()
        for candidates in batches:
            begun.append(self._begin(seed, candidates, samples))
            if len(begun) > self._engine.ahead:
                yield begun.popleft()()
        while begun:
            yield begun.popleft()()

    def _begin(self, seed: int, candidates: Sequence[int], samples: int) -> Finish:
        """Begin a batch in as many micro-batches as it takes; the tail of the last repeats its last candidate."""
        import torch

        parts: list[Finish] = []
        start = 0
        while start < len(candidates):
            wanted = candidates[start : start + self._batch]
            filled = [*wanted, *[wanted[-1]] * (self._batch - len(wanted))]
            try:
                parts.append(self._engine.begin(seed, filled, samples))
            except torch.OutOfMemoryError:
                self._halve_batch(samples)
                continue
            start += len(wanted)
        if len(parts) == 1:
            return lambda: parts[0]()[: len(candidates)]
        return lambda: np.concatenate([finish() for finish in parts])[: len(candidates)]

    def _halve_batch(self, samples: int) -> None:
        if self._batch == 1:
            raise BuildFailedError(
                f"the {self.device_name} device has too little free memory to generate one record of {samples} "
                "samples per lead; free some of it, or use generator.device: cpu."
            )
        self._batch //= 2
        _log.warning("out of memory on %s; generating %d candidates at a time", self.device_name, self._batch)


def load_network(checkpoint: Checkpoint) -> torch.nn.Module:
    """Load the package's own network with a checkpoint's weights, ready for inference.

    Raises
    ------
    BadInputError
        When the weights do not fit the network, or are not finite numbers.
    """
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package initialises its weights by a deprecated name
        from deepfakeecg.models import Generator as Network

        with torch.random.fork_rng(devices=()):  # initial weights must not advance the caller's random state
            network: torch.nn.Module = Network()
    state = generator_state(checkpoint)
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise BadInputError(
            f"{checkpoint.path}: its weights do not fit the Pulse2Pulse generator "
            f"({' '.join(str(error).split())[:160]}...); give a checkpoint of that network with 8 channels."
        ) from None
    for name, weights in network.state_dict().items():  # of known size, unlike what the file says
        if not (weights.isfinite().all() and state[name].is_floating_point()):
            raise BadInputError(
                f"{checkpoint.path}: its weights {name} are not all finite floating-point numbers; give a checkpoint "
                "from before the training went wrong."
            )
    return network.eval()


def generator_state(checkpoint: Checkpoint) -> dict[str, torch.Tensor]:
    """Load the generator's weights, never running code from the file.

    Raises
    ------
    BadInputError
        When the file is not a checkpoint, or holds no generator.
    """
    import torch

    packed = checkpoint.read()
    content: Any
    try:
        _check_kind(packed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what it refuses anyway
            content = torch.load(io.BytesIO(packed), map_location="cpu", weights_only=True)
    except Exception:  # whatever a file that is no checkpoint makes of the reader
        raise BadInputError(
            f"{checkpoint.path}: is not a PyTorch checkpoint that can be loaded safely (weights only); "
            "give a file saved by torch.save(generator.state_dict(), path)."
        ) from None
    held = content if isinstance(content, dict) else {}
    for state in (*(held.get(key) for key in STATE_KEYS), held):
        if isinstance(state, dict) and any(torch.is_tensor(value) for value in state.values()):
            return {str(name).removeprefix("module."): value for name, value in state.items()}
    raise BadInputError(
        f"{checkpoint.path}: holds no generator weights, neither as they are nor under one of the keys "
        f"{', '.join(STATE_KEYS)}; give a file saved by torch.save(generator.state_dict(), path)."
    )


def _check_kind(packed: bytes) -> None:
    """Refuse what PyTorch does not save, before it is read: it could fill the memory.

    That is anything but an archive or a pickle that begins with PyTorch's number, and an archive that unpacks to more
    than itself.
    """
    if packed.startswith(LEGACY_HEAD):
        return
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > len(packed):
            raise ValueError("it unpacks to more than its own size")


def _is_on_cuda(device: Device) -> bool:
    if device == "cpu":
        return False
    import torch

    if torch.cuda.is_available():
        return True
    if device == "cuda":
        raise BadInputError(
            "generator.device: 'cuda' was asked for, but PyTorch finds no CUDA device here; use auto or cpu."
        )
    _log.info("no CUDA device found; generating on the CPU")
    return False
