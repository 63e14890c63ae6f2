"""Vigie, the 311 request tracker: the application over the spatial and crew libraries."""
