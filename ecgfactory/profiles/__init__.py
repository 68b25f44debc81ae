"""Profiles of reference ECGs: read, split into halves, held against candidates, and fitted."""
