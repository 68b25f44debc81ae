"""Acceptance that follows a distribution: a feature's, asked for by hand, or that of reference ECGs."""
