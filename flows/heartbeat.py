"""Heartbeats of flow runs, from which the server's crash detection tells the dead from the living."""

HEARTBEAT_S = 30
"""Seconds between heartbeats: the fewest that Prefect allows."""

ENVIRONMENT = {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_S)}
"""For the process of a flow run; Prefect reads it when it is first imported."""
