"""How generated signals are recorded: the filters they pass, and the sampling rate they are stored at."""
