"""Assessing ECGs: features are measured, rules compare them with bounds, a policy is a list of rules."""

# Modules here say `import scipy`, not `from scipy import signal`: its parts are then loaded when they are first used,
# which takes most of a second, and never where only a request is read.
