"""Automations of the server, by which no run keeps the slot of its deployment after whoever had it is gone.

A run that is being killed can't say so. While it runs it sends heartbeats; before that and after it has been told to
stop, its next state is due soon. What does not come in time is answered by the server itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from ecgfactory.flows.heartbeat import HEARTBEAT_S
from ecgfactory.tasks.flow_runs import OUR_FLOWS

POOL = "ecgfactory"
"""Name of the work pool, of type process."""

SILENCE_S = 4.0 * HEARTBEAT_S
"""A run is taken for dead after this long without a heartbeat: a few may be late, or lost, on a loaded machine."""

START_S = 120.0
"""How long a worker may take from taking a run until the run begins: some ten seconds, more on a loaded machine."""

STOP_S = 120.0
"""How long a run may take to stop after it has been told so; a build takes a few seconds."""

HEARTBEAT = "heartbeat"
ENDS = ("Completed", "Failed", "Cancelled", "Crashed")
TAKEN = ("Pending", "Submitting")
"""States of a run that a worker has taken and not yet begun."""

OUR_RUNS = ResourceSpecification({"prefect.resource.role": "flow", "prefect.resource.name": list(OUR_FLOWS)})
OUR_POOL = ResourceSpecification({"prefect.resource.role": "work-pool", "prefect.resource.name": POOL})


def set_up(silence_s: float = SILENCE_S, is_shared: bool = True) -> None:
    """Set up the automations on the configured server, each in place of the one that is there.

    Parameters
    ----------
    silence_s : float
        Seconds without a heartbeat after which a run is taken for dead.
    is_shared : bool
        Whether to set up those too that only a server with workers on several machines needs.
    """
    wanted_here = [crashed(silence_s), *([scheduled_again(), cancelled()] if is_shared else [])]
    with get_client(sync_client=True) as client:
        for wanted in wanted_here:
            there = client.read_automations_by_name(wanted.name)
            if not there:
                client.create_automation(wanted)
            elif content(there[0]) != content(wanted):  # a change makes the server forget what it waits for
                client.update_automation(there[0].id, wanted.model_copy(update={"enabled": there[0].enabled}))


def crashed(silence_s: float) -> AutomationCore:
    """Return the automation that marks a flow run of ours crashed after this long without a heartbeat."""
    return AutomationCore(
        name="ecgfactory: mark dead runs as crashed",
        description="Its heartbeats stopped: the process of the run was killed, or its machine is gone.",
        trigger=_missing([HEARTBEAT, *ENDS], after=[HEARTBEAT], within_s=silence_s, of=OUR_RUNS),
        actions=[
            ChangeFlowRunState(
                name="Crashed",
                state=StateType.CRASHED,
                message="Its heartbeats stopped. The same request goes on from what this run committed.",
            )
        ],
    )


def scheduled_again(start_s: float = START_S) -> AutomationCore:
    """Return the automation that schedules a run of our pool again whose worker took it and never began it."""
    return AutomationCore(
        name="ecgfactory: schedule again what no worker began",
        description="A worker took the run and died, or lost it, before the run began.",
        trigger=_missing(
            # Of a run that has begun, a busy server may lose the first event, but hardly the heartbeats too.
            ["Running", HEARTBEAT, "Cancelling", "Scheduled", "AwaitingConcurrencySlot", "AwaitingRetry", *ENDS],
            after=TAKEN,
            within_s=start_s,
            of=OUR_POOL,
        ),
        actions=[
            ChangeFlowRunState(
                name="Scheduled",
                state=StateType.SCHEDULED,
                message=f"Its worker did not begin it within {start_s:.0f} s.",
            )
        ],
    )


def cancelled(stop_s: float = STOP_S) -> AutomationCore:
    """Return the automation that ends a run of our pool that was told to stop and did not say that it has."""
    return AutomationCore(
        name="ecgfactory: end what stays cancelling",
        description="Nobody answered when the run was cancelled: its worker or its process was gone before.",
        trigger=_missing(ENDS, after=["Cancelling"], within_s=stop_s, of=OUR_POOL),
        actions=[
            ChangeFlowRunState(
                name="Cancelled",
                state=StateType.CANCELLED,
                message=f"Neither its worker nor its process answered within {stop_s:.0f} s.",
            )
        ],
    )


def _missing(expected: Iterable[str], after: Iterable[str], within_s: float, of: ResourceSpecification) -> EventTrigger:
    """Return a trigger that fires when none of the expected events of a run comes in time after certain others."""
    return EventTrigger(
        match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
        match_related=of,
        for_each={"prefect.resource.id"},
        after={f"prefect.flow-run.{event}" for event in after},
        expect={f"prefect.flow-run.{event}" for event in expected},
        posture=Posture.Proactive,
        threshold=1,
        within=timedelta(seconds=within_s),
    )


def content(automation: AutomationCore) -> dict[str, Any]:
    """Return the part of an automation that is defined here: neither ids, nor whether somebody switched it off."""
    ours = automation.model_dump(include={"name", "description", "trigger", "actions"})  # sets stay unordered sets
    ours["trigger"].pop("id", None)
    return ours
