"""P, QRS and T of every beat, in each lead and over all leads."""
