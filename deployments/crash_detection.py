"""Crash detection: the server marks a run as crashed when its process has died without reporting it.

While it runs, a flow run sends heartbeats to the server; the automation here acts when they stop.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from ecgfactory.flows.heartbeat import HEARTBEAT_S
from ecgfactory.tasks.flow_runs import OUR_FLOWS

NAME = "ecgfactory: mark dead runs as crashed"
SILENCE_S = 3.0 * HEARTBEAT_S
"""A run is taken for dead after this long without a heartbeat: one or two may be late on a loaded machine."""

HEARTBEAT = "prefect.flow-run.heartbeat"
ENDS = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}


def detect_crashes(silence_s: float = SILENCE_S) -> None:
    """Set up the automation on the configured server, in place of the one that is there.

    Parameters
    ----------
    silence_s : float
        Seconds without a heartbeat after which a run is taken for dead.
    """
    wanted = crash_automation(silence_s)
    with get_client(sync_client=True) as client:
        there = client.read_automations_by_name(NAME)
        if not there:
            client.create_automation(wanted)
        elif content(there[0]) != content(wanted):  # a change makes the server forget what it waits for
            client.update_automation(there[0].id, wanted.model_copy(update={"enabled": there[0].enabled}))


def crash_automation(silence_s: float) -> AutomationCore:
    """Return the automation that marks a flow run of ours crashed after this long without a heartbeat."""
    return AutomationCore(
        name=NAME,
        description="Its heartbeats stopped: the process of the run was killed, or its machine is gone.",
        trigger=EventTrigger(
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            match_related=ResourceSpecification(
                {"prefect.resource.role": "flow", "prefect.resource.name": list(OUR_FLOWS)}
            ),
            for_each={"prefect.resource.id"},
            after={HEARTBEAT},
            expect={HEARTBEAT, *ENDS},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=silence_s),
        ),
        actions=[
            ChangeFlowRunState(
                name="Crashed",
                state=StateType.CRASHED,
                message="Its heartbeats stopped. The same request goes on from what this run committed.",
            )
        ],
    )


def content(automation: AutomationCore) -> dict[str, Any]:
    """Return the part of an automation that is defined here: neither ids, nor whether somebody switched it off."""
    ours = automation.model_dump(include={"name", "description", "trigger", "actions"})  # sets stay unordered sets
    ours["trigger"].pop("id", None)
    return ours
