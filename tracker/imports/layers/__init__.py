"""Layers from a town's own map files: districts, streets, addresses, assets, owners, lots, third parties."""
