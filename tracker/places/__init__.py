"""Districts, streets, addresses, assets and who owns what."""
