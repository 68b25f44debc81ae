"""What the page on artefacts is made of: see `benchmarks.artefact_evidence`."""
