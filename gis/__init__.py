"""The spatial library: points, areas, photos, addresses, duplicates. No Flask, no database.

Coordinates are longitude, latitude in EPSG:4326 unless a name says otherwise; distances are metres.
"""
