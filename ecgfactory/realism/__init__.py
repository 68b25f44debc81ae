"""How real ECGs are: what is measured on one to tell."""
