"""The faces in a real browser."""
