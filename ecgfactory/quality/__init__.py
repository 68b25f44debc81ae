"""Quality of an ECG: what can be measured in it, and whether it is good enough."""
