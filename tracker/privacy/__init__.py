"""Privacy: what may be shown, how long it is kept, and what a person may ask of their own."""
