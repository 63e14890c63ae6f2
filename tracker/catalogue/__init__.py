"""The catalogue: what people may report or ask for, and what is promised in return."""
