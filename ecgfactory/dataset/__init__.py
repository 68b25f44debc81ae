"""A published dataset: its files, what describes it, how it is read back and verified."""
