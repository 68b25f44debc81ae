"""Composing ECGs from the beats of generated ones."""
