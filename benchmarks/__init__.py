"""Measurements: what the project does beside what a user would write today."""
