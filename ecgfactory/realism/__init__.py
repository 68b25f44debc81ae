"""How near synthetic ECGs come to real ones: the space they are compared in, and whether any is a copy."""
