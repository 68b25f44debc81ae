"""The GPUs of this machine, as PyTorch counts them."""

from __future__ import annotations

from pathlib import Path

DRIVER_FILES = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")
"""One of these is there wherever PyTorch can find a GPU: NVIDIA's driver, that of Windows for WSL, AMD's."""


def gpu_count() -> int:
    """Count the GPUs that PyTorch may use; PyTorch, a second to import, is only asked where there is a driver."""
    if not any(Path(file).exists() for file in DRIVER_FILES):
        return 0
    import torch

    return torch.cuda.device_count()
