"""Words that stand around the names of places in a sentence, French and English, folded."""

from __future__ import annotations

from gis.streetwords import ARTICLES, GENERIC_OF


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# What announces a number, a place on a street, a corner, a stretch.
NUMBER = _set("# ( . : address adresse civic civique n no nr num number numero")
ON = _set("along at dans in on sur")
CORNERS = _set("""
    angle carrefour coin corner corners croisement cross crossroads intersection junction
""")
BETWEEN = _set("between entre")
# What joins the two streets of a corner, for certain or perhaps, and the two numbers of a range.
JOINS = _set("""
    & + / @ and angle at coin corner croisant croise crosses crossing et intersection meets x
""")
NEAR = _set("avec by hauteur near off pres proche toward towards vers with")
RANGE = _set("& - / a and et to")
# Articles that tell something known from anything of its kind.
DEFINITE = _set("au aux de des du l la le les the")
INDEFINITE = _set("a an any un une")
FRENCH_ARTICLES = _set("d de des du l la")
# What may lie between a number and the street it is on, before the name and after it.
LEFT = ARTICLES | NUMBER | ON | frozenset(GENERIC_OF) | _set(", - bloc block")
RIGHT = (
    ARTICLES
    | NUMBER
    | _set("""
    , - across approx at cote devant en environ face from front hauteur in near opposite pres proche vis
""")
)
# What may be said beside a place without naming another.
FILLING = (
    ARTICLES
    | ON
    | _set("""
    ! ( ) , - . : ; ? across allo and area around arriere behind beside bonjour by c chez cote cotes
    derriere devant en entre est et face from front hauteur hello here hi ici is it ma merci mon my near
    next notre off opposite our please plz pres proche rue s secteur street svp there to toward towards
    urgent vers vis
""")
)
WITHIN = JOINS | NEAR | CORNERS | BETWEEN | FILLING
