"""Composed rhythms, measured."""
