"""Simulated ECGs and faults, to prove the assessment with; no production code imports this."""
