from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest
import torch

from ecgfactory.errors import BadInputError
from ecgfactory.generators.checkpoint import Checkpoint
from ecgfactory.generators.deepfakeecg import PUBLISHED_SHA256, published_checkpoint
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator, generator_state, load_network


def test_the_published_checkpoint_is_the_pinned_one() -> None:
    published = published_checkpoint()
    assert published.sha256 == PUBLISHED_SHA256
    assert "conv_1.weight" in generator_state(published)


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "g.pt"
    shutil.copy(published_checkpoint().path, copy)
    with copy.open("r+b") as stream:
        stream.seek(1000)
        stream.write(b"\x00\x01")
    with pytest.raises(BadInputError, match="its sha256 is"):
        generator_state(Checkpoint(str(copy), PUBLISHED_SHA256))


def test_what_the_training_code_saves_works_by_path(tmp_path: Path) -> None:
    """The layout of a training checkpoint: epoch, both networks and both optimisers."""
    state = generator_state(published_checkpoint())
    parameter = torch.nn.Parameter(torch.zeros(3))
    optimiser = torch.optim.Adam([parameter]).state_dict()
    own = {
        "epoch": 100,
        "netG_state_dict": state,
        "netD_state_dict": {"fc1.weight": torch.zeros(1, 4)},
        "optimizerG_state_dict": optimiser,
        "optimizerD_state_dict": optimiser,
    }
    torch.save(own, tmp_path / "checkpoint_epoch:100.pt")
    checkpoint = Checkpoint.of_file(tmp_path / "checkpoint_epoch:100.pt")
    mine = Pulse2PulseGenerator(checkpoint, batch=2, device="cpu").generate(3, [0, 1], 2500)
    published = Pulse2PulseGenerator(published_checkpoint(), batch=2, device="cpu").generate(3, [0, 1], 2500)
    assert (mine == published).all()


def test_weights_saved_from_data_parallel_training_load(tmp_path: Path) -> None:
    state = {f"module.{name}": tensor for name, tensor in generator_state(published_checkpoint()).items()}
    torch.save({"netG_state_dict": state}, tmp_path / "g.pt")
    assert isinstance(load_network(Checkpoint.of_file(tmp_path / "g.pt")), torch.nn.Module)


class _Attack:
    """Would make a file when unpickled without care."""

    def __init__(self, target: str) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return (open, (self.target, "w"))


def test_code_in_a_checkpoint_is_never_run(tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_bytes(pickle.dumps(_Attack(str(tmp_path / "attacked")), protocol=2))
    with pytest.raises(BadInputError, match="is not a PyTorch checkpoint"):
        load_network(Checkpoint.of_file(tmp_path / "x.pt"))
    assert not (tmp_path / "attacked").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not a PyTorch checkpoint"),
        (b"not a checkpoint at all", "is not a PyTorch checkpoint"),
        ({"weights": 1}, "holds no generator weights"),
        ([1, 2], "holds no generator weights"),
        ({"netG_state_dict": {"conv_1.weight": torch.zeros(2)}}, "do not fit the Pulse2Pulse generator"),
    ],
    ids=["empty", "text", "other-keys", "list", "other-network"],
)
def test_a_file_that_is_no_checkpoint_is_told(tmp_path: Path, content: object, words: str) -> None:
    path = tmp_path / "x.pt"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(BadInputError, match=words) as caught:
        load_network(Checkpoint.of_file(path))
    assert str(path) in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="there is no file"):
        Checkpoint.of_file(tmp_path / "none.pt")
