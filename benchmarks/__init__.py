"""Side-by-side measurements against what a user would write today; `python -m benchmarks` runs them all."""
