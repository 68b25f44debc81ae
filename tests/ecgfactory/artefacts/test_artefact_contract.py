"""One contract that every kind of artefact of the registry keeps."""

from __future__ import annotations

import pytest

from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.base import Artefact
from ecgfactory.validation.artefact_contract import ArtefactContract


@pytest.mark.parametrize("name", ARTEFACTS)
class TestContract(ArtefactContract):
    @pytest.fixture
    def member(self, name: str) -> type[Artefact]:
        return ARTEFACTS.load(name)
