"""Generators of candidate signals: one module per model, each a `Generator` (see base.py).

A new model is a file here with a `Generator`, and a line in `GENERATORS`; or a package with an entry point in the group
`ecgfactory.generators`. Its test inherits `ecgfactory.validation.generator_contract`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecgfactory.registry import Registry

if TYPE_CHECKING:
    from ecgfactory.generators.base import Generator

GENERATORS: Registry[type[Generator]] = Registry(
    "generator",
    "ecgfactory.generators",
    "ecgfactory.generators.base:Generator",
    {"deepfakeecg": "ecgfactory.generators.pulse2pulse:Pulse2PulseGenerator"},
)
