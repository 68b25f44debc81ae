"""The session of a build: its workspace, its shard ledger, how far it is, and who is running."""
