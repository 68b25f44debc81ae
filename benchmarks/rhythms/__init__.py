"""What is measured of composed records: by those who don't know them, and whether their joins can be seen."""
