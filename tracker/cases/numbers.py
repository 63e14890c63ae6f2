"""Numbers as people type them."""


def normal(number: str) -> str:
    """Return a case's or report's number as it is kept, however it was typed."""
    return number.strip().upper()
