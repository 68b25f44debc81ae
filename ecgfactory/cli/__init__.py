"""The command line: parses arguments, calls the library or the flow, and prints messages."""
