"""The sections of the page that `benchmarks.realism_evidence` writes, a module each."""
