"""Records of more than 20 s: measured and judged in windows of 10 s, in memory that does not grow with their length."""
