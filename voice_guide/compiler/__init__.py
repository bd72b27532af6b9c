"""The script compiler: a routine becomes cues, and cues a timeline. Values and pure functions."""
