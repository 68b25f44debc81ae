"""Retention: finds what an output folder holds, decides what may be deleted, and removes it."""
