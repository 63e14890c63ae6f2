"""The quick way to canonical JSON gives the bytes of the long one."""

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tracker import events

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_every_payload_of_a_history_has_the_bytes_of_rfc_8785(value: object) -> None:
    assert events.canonical_json(value) == rfc8785.dumps(value)  # type: ignore[arg-type]  # any JSON value


def test_names_beyond_ascii_are_sorted_as_utf_16_like_the_standard_says() -> None:
    # U+FB33 sorts after U+1F600 in UTF-16 and before it in UTF-8, which is how orjson sorts.
    value = {"\U0001f600": 1, "\ufb33": 2}

    assert events.canonical_json(value) == rfc8785.dumps(value)
    assert events.canonical_json(value) != orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


@pytest.mark.parametrize("value", [2**53, -(2**53)])
def test_a_number_that_json_cannot_hold_exactly_is_refused(value: int) -> None:
    with pytest.raises(rfc8785.IntegerDomainError):
        events.canonical_json({"n": value})
