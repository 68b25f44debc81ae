"""The ECG dataset factory: knows ECGs and files, and nothing of the workflow engine."""

__version__ = "0.4.0"
