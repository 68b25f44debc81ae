"""Pools of worker processes: they run jobs, and know nothing of what a job does."""
