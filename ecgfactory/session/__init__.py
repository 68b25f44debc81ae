"""The session of a build: its workspace, its shard ledger, its progress, and the state of all sessions."""
