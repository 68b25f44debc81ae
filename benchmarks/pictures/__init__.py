"""Proof and speed of pictures of printed ECGs; see picture_evidence."""
