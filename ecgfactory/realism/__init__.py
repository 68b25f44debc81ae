"""How real ECGs are: what is compared between synthetic and real ones, and by which statistics."""
