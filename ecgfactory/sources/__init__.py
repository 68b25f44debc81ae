"""ECGs to compare or follow, from anywhere: datasets of ours, files of many kinds, memory."""
