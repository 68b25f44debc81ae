from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.generators.base import Device
from ecgfactory.line.placement import STEPS_PER_SLOT, Placement, Step
from ecgfactory.pools.pool import Resource, Slots


def steps_begun(placement: Placement, in_flight: list[Step]) -> Counter[tuple[str, str | None]]:
    """Begin shards until the placement has enough; name and resource of what is then in flight."""
    while (step := placement.first_step(in_flight)) is not None:
        in_flight.append(step)
    return Counter((step.function.__name__, step.resource) for step in in_flight)


class TestPlacement:
    def test_without_gpu_workers_a_shard_stays_in_one_process(self) -> None:
        assert steps_begun(Placement(Slots(0, 3, True), "auto"), []) == {("make_shard", "CPU"): 6}
        assert steps_begun(Placement(Slots(0, 3, False), "auto"), []) == {("make_shard", None): 6}

    def test_without_cpu_workers_too(self) -> None:
        assert steps_begun(Placement(Slots(2, 0, True), "cuda"), []) == {("make_shard", "GPU"): 4}

    @pytest.mark.parametrize(
        ("slots", "device", "resource"),
        [
            (Slots(1, 2, True), "auto", "CPU"),
            (Slots(1, 2, True), "cuda", "GPU"),  # rejected samples are generated again, there as before
            (Slots(1, 0, True), "auto", "GPU"),
            (Slots(0, 2, False), "cuda", None),
        ],
    )
    def test_work_on_the_assembled_dataset_finds_a_worker_that_can_do_it(
        self, slots: Slots, device: Device, resource: Resource | None
    ) -> None:
        assert Placement(slots, device).whole.resource == resource

    def test_gpu_workers_generate_and_idle_cpu_workers_help(self) -> None:
        placement = Placement(Slots(1, 3, True), "auto")
        assert steps_begun(placement, []) == {("generate_shard", "GPU"): 2, ("make_shard", "CPU"): 3}

    def test_cpu_workers_with_shards_to_finish_do_not_generate(self) -> None:
        placement = Placement(Slots(1, 3, True), "auto")
        generate = placement.first_step([])
        assert generate is not None
        finish = placement.next_step(generate)
        assert finish is not None
        assert placement.next_step(finish) is None
        begun = steps_begun(placement, [finish] * 3)
        assert begun == {("finish_shard", "CPU"): 3, ("generate_shard", "GPU"): 2}

    def test_a_gpu_that_is_far_ahead_waits(self) -> None:
        placement = Placement(Slots(1, 3, True), "auto")
        finish = placement.next_step(placement.generating)
        assert finish is not None
        assert placement.first_step([finish] * (STEPS_PER_SLOT * 3)) is None

    def test_cuda_keeps_cpu_workers_from_generating(self) -> None:
        placement = Placement(Slots(1, 3, True), "cuda")
        assert steps_begun(placement, []) == {("generate_shard", "GPU"): 2}
        assert placement.whole.resource == "GPU"

    def test_cpu_keeps_gpu_workers_from_generating(self) -> None:
        assert steps_begun(Placement(Slots(1, 3, True), "cpu"), []) == {("make_shard", "CPU"): 6}

    @given(
        st.integers(0, 3),
        st.integers(0, 4),
        st.sampled_from(["auto", "cpu", "cuda"]),
        st.lists(st.integers(0, 9), max_size=60),
    )
    def test_work_never_stalls_and_never_piles_up(self, gpu: int, cpu: int, device: Device, ends: list[int]) -> None:
        """Steps end in any order: something can always be begun or is in flight, and the window stays bounded."""
        slots = Slots(gpu, cpu or (1 - min(gpu, 1)), True)
        placement = Placement(slots, device)
        in_flight: list[Step] = []
        for end in ends:
            while (step := placement.first_step(in_flight)) is not None:
                in_flight.append(step)
            assert in_flight
            # As many again as slots may be generated while their followers wait for a CPU worker.
            assert len(in_flight) <= 2 * STEPS_PER_SLOT * (slots.gpu + slots.cpu)
            following = placement.next_step(in_flight.pop(end % len(in_flight)))
            if following is not None:
                in_flight.append(following)
