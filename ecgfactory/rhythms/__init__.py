"""What the heart does when: a file for each rhythm, with its sources (see base.py)."""

RHYTHMS: dict[str, object] = {}
