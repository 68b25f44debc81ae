"""Thin Prefect tasks: one library call each, plus retries and logging."""
