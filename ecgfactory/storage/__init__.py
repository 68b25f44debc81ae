"""Files, locks and folders: what is written is there completely or not at all, whatever happens."""
