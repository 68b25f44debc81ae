"""The line of work: every step from a request to a published dataset, in order, whoever carries the work out."""
