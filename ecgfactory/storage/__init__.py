"""Files, locks and folders: what is written is there whole, or not there, whatever happens."""
