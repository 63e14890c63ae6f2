"""One random stream per layer, so that adding a layer never moves another."""

from __future__ import annotations

import numpy as np

# Append only: the place in this list is the stream's key.
LAYERS = (
    "collectors",
    "infill",
    "thinning",
    "names",
    "addresses",
    "parks",
    "buildings",
    "lights",
    "hydrants",
    "basins",
    "manholes",
    "signs",
    "trees",
    "furniture",
    "weather",
    "incidents",
    "reports",
    "texts",
    "lifecycles",
    "people",
    "woods",
    "parcels",
    "sizes",
    "moments",
    "spots",
    "work",
    "near",
    "ways",
    "edges",
    "identities",
    "citizens",
    "surges",
    "doors",
    "facts",
)


def stream(seed: int, layer: str) -> np.random.Generator:
    """Open the layer's own generator: the child of `SeedSequence(seed)` at the layer's place in the list."""
    sequence = np.random.SeedSequence(seed, spawn_key=(LAYERS.index(layer),))
    return np.random.Generator(np.random.PCG64(sequence))
