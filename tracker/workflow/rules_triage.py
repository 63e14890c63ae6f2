"""Guards of receiving a report and of deciding whose it is."""

from .facts import Facts
from .rule import Params, Rule
from .table import Words


def _crew_fits(facts: Facts, holds: bool) -> bool:
    """A person may overrule the match of crew and job, and says why; the system may not."""
    overruled = facts.inputs.get("override") is True and bool(facts.said("reason"))
    return holds or (overruled and facts.role != "system")


def _crew_skilled(facts: Facts, _: Params) -> bool:
    skilled = facts.required_skill is None or facts.required_skill in facts.crew_skills
    return _crew_fits(facts, skilled)


def _crew_on_shift(facts: Facts, _: Params) -> bool:
    return _crew_fits(facts, facts.crew_on_shift)


def _crew_has_minutes(facts: Facts, _: Params) -> bool:
    enough = facts.crew_minutes_left is None or facts.crew_minutes_left >= facts.job_minutes
    return _crew_fits(facts, enough)


def _crew_rested(facts: Facts, _: Params) -> bool:
    """Nobody may overrule the hours of rest: they are the law's, not the town's."""
    return facts.crew_rested


def _parent_sound(facts: Facts, _: Params) -> bool:
    return facts.parent_in_jurisdiction and not facts.parent_is_child and not facts.parent_is_self


def _new_service(facts: Facts, _: Params) -> bool:
    asked = facts.said("service_code")
    return facts.new_service_exists and asked != facts.service_code


def _transfer_named(facts: Facts, _: Params) -> bool:
    """A transfer names a department or a district that exists, at least one of them another one."""
    department, district = facts.said("department"), facts.said("district")
    known = department in ("", *facts.departments) and district in ("", *facts.districts)
    return known and (department not in ("", facts.department) or district not in ("", facts.district))


RULES = (
    Rule(
        name="service_active",
        holds=lambda facts, _: facts.service_active,
        words=Words(
            fr="Ce service n’est pas offert ici en ce moment.",
            en="This service is not offered here right now.",
        ),
        field="service_code",
    ),
    Rule(
        name="location_met",
        holds=lambda facts, _: facts.location_met,
        words=Words(
            fr="Indiquez le lieu demandé pour ce service.", en="Give the kind of place this service asks for."
        ),
        field="location",
    ),
    Rule(
        name="answers_complete",
        holds=lambda facts, _: not facts.missing_answers,
        words=Words(fr="Répondez aux questions obligatoires.", en="Answer the required questions."),
        field="answers",
    ),
    Rule(
        name="duplicates_checked",
        holds=lambda facts, _: facts.duplicates_checked,
        words=Words(
            fr="Les signalements semblables n’ont pas encore été cherchés.",
            en="Similar reports have not been looked for yet.",
        ),
    ),
    Rule(
        name="idempotent",
        holds=lambda facts, _: facts.idempotent,
        words=Words(fr="L’envoi n’a pas de clé unique.", en="The submission has no unique key."),
    ),
    Rule(
        name="owner_resolved",
        holds=lambda facts, _: facts.owner_resolved,
        words=Words(
            fr="On ne sait pas encore à qui appartient ce lieu ou cet objet.",
            en="We do not know yet who owns this place or thing.",
        ),
    ),
    Rule(
        name="not_duplicate",
        holds=lambda facts, _: not facts.is_duplicate,
        words=Words(fr="Ce dossier est joint à un autre.", en="This case is joined to another one."),
    ),
    Rule(
        name="rule_named",
        holds=lambda facts, _: facts.rule_id is not None,
        words=Words(
            fr="Aucune règle ne décide ici : une personne doit accepter le dossier.",
            en="No rule decides here: a person must accept the case.",
        ),
    ),
    Rule(
        name="priority_never",
        params=("priorities",),
        holds=lambda facts, params: facts.priority not in params["priorities"],
        words=Words(
            fr="Impossible pour un dossier de priorité {priorities}.",
            en="Not possible for a case of priority {priorities}.",
        ),
    ),
    Rule(
        name="priority_only",
        params=("priorities",),
        holds=lambda facts, params: facts.priority in params["priorities"],
        words=Words(
            fr="Réservé aux dossiers de priorité {priorities}.", en="Only for cases of priority {priorities}."
        ),
    ),
    Rule(
        name="services_only",
        params=("services",),
        holds=lambda facts, params: facts.service_code in params["services"],
        words=Words(fr="Ne concerne que : {services}.", en="Only for: {services}."),
    ),
    Rule(
        name="contactable",
        holds=lambda facts, _: facts.contactable,
        words=Words(
            fr="La personne n’a laissé aucun moyen de la joindre.",
            en="The resident left no way to be reached.",
        ),
    ),
    Rule(
        name="crew_skilled",
        holds=_crew_skilled,
        words=Words(
            fr="Cette équipe n’a pas la compétence demandée. Changez d’équipe, ou forcez et dites pourquoi.",
            en="This crew does not have the skill. Choose another one, or override and say why.",
        ),
        field="crew",
    ),
    Rule(
        name="crew_on_shift",
        holds=_crew_on_shift,
        words=Words(
            fr="Cette équipe ne travaille pas à ce moment. Changez d’équipe, ou forcez et dites pourquoi.",
            en="This crew is not on shift. Choose another one, or override and say why.",
        ),
        field="crew",
    ),
    Rule(
        name="crew_has_minutes",
        holds=_crew_has_minutes,
        words=Words(
            fr="La journée de cette équipe est pleine. Changez d’équipe, ou forcez et dites pourquoi.",
            en="This crew’s day is full. Choose another one, or override and say why.",
        ),
        field="crew",
    ),
    Rule(
        name="crew_rested",
        holds=_crew_rested,
        words=Words(
            fr="Cette équipe doit d’abord se reposer : la loi limite ses heures. Choisissez-en une autre.",
            en="This crew must rest first: the law limits its hours. Choose another one.",
        ),
        field="crew",
    ),
    Rule(
        name="parent_sound",
        holds=_parent_sound,
        words=Words(
            fr="Choisissez un autre dossier de la ville, qui n’est pas lui-même joint à un autre.",
            en="Choose another case of this city which is not itself joined to one.",
        ),
        field="parent",
    ),
    Rule(
        name="not_a_parent",
        holds=lambda facts, _: facts.children == 0,
        words=Words(
            fr="D’autres dossiers sont joints à celui-ci : joignez plutôt l’autre à celui-ci.",
            en="Other cases are joined to this one: join the other one to it instead.",
        ),
        field="parent",
    ),
    Rule(
        name="new_service",
        holds=_new_service,
        words=Words(
            fr="Choisissez un autre service du catalogue.", en="Choose another service of the catalogue."
        ),
        field="service_code",
    ),
    Rule(
        name="transfer_named",
        holds=_transfer_named,
        words=Words(
            fr="Choisissez un autre service municipal ou un autre district.",
            en="Choose another department or another district.",
        ),
        field="department",
    ),
)
