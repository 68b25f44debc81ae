"""The contract of every generator, as tests: a test class inherits it and says which generator it is about.

class TestSimulation(GeneratorContract):
    @pytest.fixture
    def member(self) -> type[Generator]:
        return Simulation
"""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from ecgfactory.generators import GENERATORS
from ecgfactory.generators.base import LONGEST_S, Generator
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.record import SAMPLING_RATE_HZ

BATCH = 4

_LOADS_WITHOUT_TORCH = """
import sys
from ecgfactory.generators import GENERATORS
GENERATORS.load(sys.argv[1])
assert "torch" not in sys.modules, "the module of the generator imports PyTorch"
"""


def make(member: type[Generator], batch: int = BATCH) -> Generator:
    """Make the generator with its published weights, on the CPU."""
    return member(member.published_checkpoint(), batch, "cpu")


def samples(member: type[Generator]) -> int:
    """Return the shortest length it makes, in samples per lead."""
    return member.durations_s[0] * SAMPLING_RATE_HZ


class GeneratorContract:
    """What holds for every generator."""

    def test_it_is_registered_under_its_name(self, member: type[Generator]) -> None:
        """A request finds it."""
        assert GENERATORS.load(member.name) is member

    def test_it_says_what_is_to_be_known_of_it(self, member: type[Generator]) -> None:
        """Card, metadata and report describe it from its class alone."""
        card = member.model_card
        assert card.title
        assert card.kind.split()[0] in {"a", "an", "the"}
        assert card.origin.endswith(".")
        assert card.limits.endswith(".")
        assert card.licence == card.licence.lower()
        assert all(sentences.endswith(".") for sentences in member.edges.values())

    def test_it_says_which_lengths_it_makes(self, member: type[Generator]) -> None:
        """In order, each a duration that a request may ask for; why there are no others ends a sentence."""
        durations_s = list(member.durations_s)
        assert durations_s == sorted(set(durations_s))
        assert 1 <= durations_s[0] <= durations_s[-1] <= LONGEST_S
        assert not member.durations_reason.endswith(".")

    def test_a_request_is_read_without_pytorch(self, member: type[Generator]) -> None:
        """The class loads without what only generating needs."""
        subprocess.run([sys.executable, "-c", _LOADS_WITHOUT_TORCH, member.name], check=True)

    def test_it_makes_eight_leads_of_whole_microvolts(self, member: type[Generator]) -> None:
        """Signals have the shape, type and size that everything after relies on."""
        generator = make(member)
        for duration_s in member.durations_s[:2]:
            length = duration_s * SAMPLING_RATE_HZ
            signals_uv = generator.generate(7, [0, 5, 123_456], length)
            assert signals_uv.dtype == np.int16
            assert signals_uv.shape == (3, len(EIGHT_LEADS), length)
            assert np.ptp(signals_uv, axis=2).min() > 0
        assert generator.device_name == "cpu"

    def test_each_choice_of_edges_is_made_and_the_first_is_the_default(self, member: type[Generator]) -> None:
        """Choices differ, and what is said of the first holds where none is named."""
        made = [
            member(member.published_checkpoint(), BATCH, "cpu", edges).generate(7, [0], samples(member))
            for edges in member.edges
        ]
        if made:
            assert np.array_equal(made[0], make(member).generate(7, [0], samples(member)))
        assert len({signals_uv.tobytes() for signals_uv in made}) == len(made)

    def test_a_candidate_does_not_depend_on_its_company(self, member: type[Generator]) -> None:
        """It follows from seed and number alone, so that any one can be made again."""
        generator, length = make(member), samples(member)
        together = generator.generate(7, range(10), length)
        assert np.array_equal(generator.generate(7, [6], length)[0], together[6])
        assert np.array_equal(generator.generate(7, [9, 2, 4], length), together[[9, 2, 4]])
        assert np.array_equal(make(member).generate(7, range(10), length), together)

    def test_a_stream_gives_batch_after_batch(self, member: type[Generator]) -> None:
        """Batches come in the order asked for, each the caller's to keep."""
        generator, length = make(member), samples(member)
        batches = [range(4), range(4, 8), range(8, 10)]
        made = list(generator.stream(7, batches, length))
        assert [len(signals_uv) for signals_uv in made] == [4, 4, 2]
        assert np.array_equal(np.concatenate(made), generator.generate(7, range(10), length))

    def test_seeds_and_candidates_differ(self, member: type[Generator]) -> None:
        """No two ECGs are the same."""
        generator, length = make(member), samples(member)
        first = generator.generate(7, [0, 1], length)
        assert not np.array_equal(first[0], first[1])
        assert not np.array_equal(generator.generate(8, [0], length)[0], first[0])
