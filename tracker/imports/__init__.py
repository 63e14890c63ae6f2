"""Files of other systems brought in, counted row by row."""
