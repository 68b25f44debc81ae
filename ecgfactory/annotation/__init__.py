"""The waves of ECGs from elsewhere: marked at their own sampling rate, and written as files."""
