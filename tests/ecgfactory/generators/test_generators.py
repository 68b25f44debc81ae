"""The contract of every generator, kept by those of the registry."""

from __future__ import annotations

import pytest

from ecgfactory.generators import GENERATORS
from ecgfactory.generators.base import Generator
from ecgfactory.validation.generator_contract import GeneratorContract


@pytest.mark.parametrize("name", GENERATORS)
class TestContract(GeneratorContract):
    @pytest.fixture
    def member(self, name: str) -> type[Generator]:
        return GENERATORS.load(name)
