"""The town as a map: vector tiles of the ground, districts, assets and cases; density; the style they are
drawn in.
"""
