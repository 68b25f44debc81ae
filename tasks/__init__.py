"""Thin Prefect tasks: one library call each."""
