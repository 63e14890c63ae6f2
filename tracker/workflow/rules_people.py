"""Guards about the people of a case: who reported, who is content, who may be asked to decide."""

from .facts import Facts
from .rule import Params, Rule
from .table import Words


def _photo_or_reason(facts: Facts, _: Params) -> bool:
    return facts.photos > 0 or bool(facts.said("reason"))


def _entry_consented(facts: Facts, _: Params) -> bool:
    entered = facts.inputs.get("entered") is True
    return not entered or facts.inputs.get("consent") is True


RULES = (
    Rule(
        name="own_report",
        holds=lambda facts, _: facts.is_reporter,
        words=Words(
            fr="Seule la personne qui a signalé peut le faire.",
            en="Only the person who reported may do this.",
        ),
    ),
    Rule(
        name="sole_reporter",
        holds=lambda facts, _: facts.reports_count <= 1,
        words=Words(
            fr="D’autres personnes l’ont aussi signalé : le dossier continue pour elles.",
            en="Other people reported it too: the case goes on for them.",
        ),
    ),
    Rule(
        name="thumbs_up",
        holds=lambda facts, _: facts.thumbs_up,
        words=Words(fr="Dites d’abord que c’est réglé.", en="First say that it is fixed."),
    ),
    Rule(
        name="no_thumbs_down",
        holds=lambda facts, _: not facts.thumbs_down_open,
        words=Words(
            fr="Quelqu’un a dit que ce n’est pas réglé : répondez d’abord à cette personne.",
            en="Somebody said it is not fixed: answer them first.",
        ),
    ),
    Rule(
        name="photo_or_reason",
        holds=_photo_or_reason,
        words=Words(
            fr="Ajoutez une photo ou dites ce qui ne va pas.", en="Add a photo or say what is wrong."
        ),
        field="reason",
    ),
    Rule(
        name="entry_consented",
        holds=_entry_consented,
        words=Words(
            fr="On n’entre pas sans le consentement de l’occupant. Notez-le.",
            en="Nobody enters without the occupant’s consent. Record it.",
        ),
        field="consent",
    ),
    Rule(
        name="other_person",
        holds=lambda facts, _: not facts.actor_concerned,
        words=Words(
            fr="La plainte vous concerne : une autre personne doit y répondre.",
            en="The complaint is about you: somebody else must answer it.",
        ),
    ),
)
