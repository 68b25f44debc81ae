"""Comparing ECGs with real ones: what tells them apart, what of the real ones they cover, and whether any is a copy."""
