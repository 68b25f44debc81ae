"""Files that users hand in: YAML 1.2 read within limits, with the line of every key and every problem at once."""
