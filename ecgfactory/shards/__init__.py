"""One shard: chosen, made, handed from one process to another, committed, and read back."""
