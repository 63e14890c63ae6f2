"""The spatial library: points, areas, photos' positions, addresses and duplicates, without Flask or a database.

Coordinates are longitude, latitude in EPSG:4326 unless a name says otherwise; distances are metres.
"""
