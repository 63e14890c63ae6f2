"""What every face shares: links that stay here, errors told to people, proof of origin, tiles."""

from __future__ import annotations

import pytest

from tracker.web import site


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/dispatch?view=retard", "/dispatch?view=retard"),
        ("https://example.org/", ""),
        ("//example.org/", ""),
        ("/\\example.org", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_addresses_of_this_site_are_followed(target, kept):
    assert site.local(target) == kept
