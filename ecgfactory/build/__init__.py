"""The line of work, from a request to a published dataset."""
