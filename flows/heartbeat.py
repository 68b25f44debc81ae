"""Heartbeats of flow runs, by which the server's crash detection recognises dead ones."""

HEARTBEAT_S = 30
"""Seconds between heartbeats: the fewest that Prefect allows."""

ENVIRONMENT = {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_S)}
"""For the process of a flow run; Prefect reads it when it is first imported."""
