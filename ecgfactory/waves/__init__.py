"""P, QRS and T of every beat: found in each lead and over all leads, kept as one table."""
