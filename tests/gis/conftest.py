"""Real photos, boundaries and requests, when they lie beside the repository; otherwise those tests skip."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gis.text import Lexicon
from gis.weights import Weights

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Path:
    if not REAL.is_dir():
        pytest.skip("the real cities' files are not here")
    return REAL


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon(yaml.safe_load((ROOT / "data" / "duplicates" / "lexicon.yaml").read_text()))


@pytest.fixture(scope="session")
def weights_mapping():
    return yaml.safe_load((ROOT / "data" / "duplicates" / "weights.yaml").read_text())


@pytest.fixture(scope="session")
def weights(weights_mapping, lexicon: Lexicon) -> Weights:
    return Weights.from_mapping(weights_mapping, lexicon)
