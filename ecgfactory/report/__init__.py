"""Pages and files that people open: clinical ECG, analysis, distributions, report book and exports."""
