"""The demo city: a fictional town drawn from a seed, with its people and some months of reports."""
