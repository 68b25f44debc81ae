"""What can be told of engines without their device; on one, they are tested through the generator."""

from __future__ import annotations

import pytest
import torch

from ecgfactory.generators.engines import tells_of_no_memory


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
