"""What a Prefect server needs to run the flows: work pool, deployments with their schedules, crash detection."""
