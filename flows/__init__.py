"""Prefect flows: which tasks happen in which order."""
