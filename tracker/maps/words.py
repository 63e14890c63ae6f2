"""How much more often than elsewhere, in words that need no statistics."""

from flask_babel import gettext as _

from tracker.http import language


def of_times(times: float) -> str:
    """Return "3 times more than elsewhere", in the reader's language."""
    if times >= 1.75:
        rounded = round(times) if times >= 2.75 else round(times * 2) / 2
        return str(_("%(times)s fois plus qu’ailleurs", times=_number(rounded)))
    if times >= 1.25:
        return str(_("un peu plus qu’ailleurs"))
    if times >= 0.75:
        return str(_("autant qu’ailleurs"))
    return str(_("moins qu’ailleurs"))


def of_certainty(is_hot: bool) -> str:
    """Return whether chance alone could have done it."""
    return str(_("ce n’est pas le hasard")) if is_hot else str(_("peut être le hasard"))


def _number(value: float) -> str:
    text = f"{value:g}"
    return text if language.current() == "en" else text.replace(".", ",")
