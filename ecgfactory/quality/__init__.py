"""Assessing ECGs: features are measured, rules hold them against bounds, a policy is a list of rules."""
