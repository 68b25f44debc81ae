"""Printed ECGs: pages, what happens to them, and pictures of them with the truth about every point."""
