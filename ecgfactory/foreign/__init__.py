"""ECGs from elsewhere: read from files of many kinds, and assessed."""
