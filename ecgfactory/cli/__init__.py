"""The command line: arguments in, library and flow calls, messages out."""
