"""Simulated ECGs and defects, to prove the assessment with; no production code imports this."""
