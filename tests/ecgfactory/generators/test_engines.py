"""What can be tested of engines without their device; on one, they are tested through the generator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from ecgfactory.generators.engines import tells_of_no_memory, whole_float32
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB."), True),
        (RuntimeError("CUDA error: out of memory"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("CUDA error: operation not permitted when stream is capturing"), False),
    ],
)
def test_want_of_memory_is_told_from_other_errors(error: RuntimeError, expected: bool) -> None:
    assert tells_of_no_memory(error) is expected


@pytest.fixture
def threads() -> Iterator[int]:
    """A number of threads that is not the default, for as long as the test lasts."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield 3
    torch.set_num_threads(before)


def test_a_generator_leaves_threads_and_random_state_as_they_were(threads: int) -> None:
    torch.manual_seed(5)
    expected = torch.rand(4)
    torch.manual_seed(5)
    generator = Pulse2PulseGenerator(None, batch=2, device="cpu")
    assert torch.get_num_threads() == threads
    generator.generate(7, [0, 1], 5000)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.rand(4), expected)


def test_the_precision_of_products_comes_back_after_an_error_too() -> None:
    torch.set_float32_matmul_precision("medium")
    try:
        with pytest.raises(ZeroDivisionError), whole_float32():
            assert torch.get_float32_matmul_precision() == "highest"
            raise ZeroDivisionError
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision("highest")
