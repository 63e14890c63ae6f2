"""Why a case went to a crew and not to the others, as sentences in both languages (design.md §4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tracker.catalogue.definitions import Service
from tracker.catalogue.promises import Text
from tracker.dispatch import choosing
from tracker.dispatch.choosing import Choice, Passed
from tracker.dispatch.desk import Desk
from tracker.dispatch.pools import Setting
from tracker.dispatch.reasons import Reason
from tracker.dispatch.ruleset import RuleSet

NBSP = "\N{NO-BREAK SPACE}"
MOST_NAMED = 12
NOBODY = "crew.none"


def steps(
    desk: Desk, service: Service, setting: Setting, choice: Choice, rules: RuleSet | None = None
) -> tuple[Reason, ...]:
    """Return the steps of a crew's choice: who, and what it is best done together with."""
    together = batch(choice)
    first = reason(desk, rules or desk.rules, service, setting, choice)
    return (first,) if together is None else (first, together)


def reason(desk: Desk, rules: RuleSet, service: Service, setting: Setting, choice: Choice) -> Reason:
    """Return the step of the crew: the sentence, the score, and each crew passed over with its own."""
    others = tuple(_other(desk, rules, each) for each in choice.passed[:MOST_NAMED])
    if choice.crew is None:
        return _nobody(desk, service, choice, others)
    what, where = _skill(desk, service.skill), _where(setting)
    why = _why(rules, choice, setting)
    person = f" ({choice.pool.person.name})" if choice.pool.person else ""
    return Reason(
        step="crew",
        rule=choice.pool.rule,
        fr=f"{what.fr} → {where.fr} → {choice.crew.name}{person}{NBSP}: {why.fr}",
        en=f"{what.en} → {where.en} → {choice.crew.name}{person}: {why.en}",
        others=others,
        score=_score(choice),
    )


def batch(choice: Choice) -> Reason | None:
    """Return the proposal to do the case together with a task nearby, if there is one."""
    found = choice.with_task
    if found is None:
        return None
    minutes = max(1, round(found.extra_min))
    shared = {
        "asset": Text(fr="même objet", en="same thing"),
        "segment": Text(fr="même tronçon", en="same street"),
    }
    near = Text(fr=f"{minutes} min de plus", en=f"{minutes} more min")
    said = shared.get(found.shares or "", near)
    return Reason(
        step="batch",
        rule="crew.batch",
        fr=f"À faire avec {found.key}{NBSP}: {said.fr}",
        en=f"Best done with {found.key}: {said.en}",
    )


def _nobody(desk: Desk, service: Service, choice: Choice, others: tuple[dict[str, Any], ...]) -> Reason:
    own = next(iter(choice.pool.excluded.values()), None)
    if own is not None and not choice.pool.tiers:
        fr, en = f"Personne ne peut juger {own}, sa propre rue", f"Nobody may judge {own}, their own street"
    elif not choice.pool.tiers and not any(service.skill in crew.skills for crew in desk.crews):
        fr, en = "Aucune équipe n’a la compétence", "No crew has the skill"
    elif not choice.pool.tiers:
        fr, en = "Aucune équipe n’a la compétence ici", "No crew has the skill here"
    else:
        fr, en = "Aucune équipe ne peut venir à temps", "No crew can come in time"
    return Reason(
        step="crew",
        # Whose work it is was decided all the same, as long as somebody was named.
        rule=choice.pool.rule if choice.pool.tiers else NOBODY,
        fr=f"{fr}{NBSP}: la répartition choisit",
        en=f"{en}: a dispatcher chooses",
        others=others,
    )


def _skill(desk: Desk, code: str) -> Text:
    return desk.skills.get(code, Text(fr=code, en=code))


def _where(setting: Setting) -> Text:
    if setting.district_code is None:
        return Text(fr="toute la ville", en="whole city")
    name = setting.district_name or setting.district_code
    if name == setting.district_code:
        return Text(fr=f"district {name}", en=f"district {name}")
    return Text(fr=name, en=name)


def _why(rules: RuleSet, choice: Choice, setting: Setting) -> Text:
    parts = [_best(choice, setting)]
    gear = [rules.equipment[code] for code in sorted(choice.equipment) if code in rules.equipment]
    if gear:
        having = Text(
            fr="avec " + " et ".join(each.fr for each in gear),
            en="with " + " and ".join(each.en for each in gear),
        )
        parts = [Text(fr=f"{parts[0].fr} {having.fr}", en=f"{parts[0].en} {having.en}")]
    stands = choice.standing
    if stands is not None and stands.left_min is not None:
        share = round(stands.busy * 100)
        parts.append(Text(fr=f"chargée à {share}{NBSP}%", en=f"{share}% loaded"))
    return Text(fr=", ".join(each.fr for each in parts), en=", ".join(each.en for each in parts))


def _best(choice: Choice, setting: Setting) -> Text:
    """Say what decided between the crews that could come."""
    crew, terms = choice.crew, choice.terms
    named = choice.pool.rule.startswith("rule.") and choice.pool.outcome.crews()
    if named:
        rule = choice.pool.rule.removeprefix("rule.")
        return Text(fr=f"règle «{NBSP}{rule}{NBSP}»", en=f"rule “{rule}”")
    mode = choice.pool.outcome.mode
    if choice.pool.outcome.crews() or choice.pool.person:
        return _BY_MODE.get(mode, _BY_MODE["fixed_unit"])
    if choice.rivals > 1 and terms is not None:
        rivals = [each.terms for each in choice.passed if each.terms is not None]
        if all(terms.travel < each.travel for each in rivals):
            return Text(fr="la plus proche", en="nearest")
        if all(terms.load < each.load for each in rivals):
            return Text(fr="la moins chargée", en="least loaded")
        if all(terms.discontinuity < each.discontinuity for each in rivals):
            return Text(fr="déjà venue ici", en="was here last time")
        return Text(fr="le meilleur pointage", en="best score")
    own = crew is not None and setting.district_code is not None and setting.district_code in crew.districts
    if own:
        return Text(fr="a la compétence et dessert ce district", en="has the skill and serves this district")
    return Text(fr="a la compétence et dessert toute la ville", en="has the skill and serves the whole city")


_BY_MODE = {
    "fixed_unit": Text(fr="unité désignée", en="named unit"),
    "contract": Text(fr="contrat", en="contract"),
    "rotation": Text(fr="son tour cette semaine", en="its turn this week"),
    "person": Text(fr="à son tour", en="their turn"),
    "district": Text(fr="équipe du secteur", en="crew of the sector"),
}


def _score(choice: Choice) -> dict[str, float] | None:
    if choice.terms is None:
        return None
    terms = choice.terms
    return {
        name: round(getattr(terms, name), 3) for name in ("travel", "slack", "load", "discontinuity", "total")
    }


def _other(desk: Desk, rules: RuleSet, each: Passed) -> dict[str, Any]:
    said = _passed(desk, rules, each)
    told: dict[str, Any] = {
        "crew": each.crew.code,
        "rule": each.rule,
        "fr": f"{each.crew.name}{NBSP}: {said.fr}",
        "en": f"{each.crew.name}: {said.en}",
    }
    if each.terms is not None:
        told["score"] = round(each.terms.total, 3)
    return told


def _passed(desk: Desk, rules: RuleSet, each: Passed) -> Text:
    refused = each.refusal
    if each.rule == choosing.DISTRICT:
        places = ", ".join(sorted(each.crew.districts))
        return Text(fr=f"dessert d’autres districts ({places})", en=f"serves other districts ({places})")
    if each.rule == choosing.TIER:
        return Text(fr="second choix pour ce service", en="second choice for this service")
    if each.rule == choosing.SCORE or refused is None:
        total = each.terms.total if each.terms else 0.0
        fr = f"{total:.2f}".replace(".", ",")
        return Text(fr=f"pointage moins bon ({fr})", en=f"worse score ({total:.2f})")
    if refused.rule == "equipment":
        names = [rules.equipment.get(code, Text(fr=code, en=code)) for code in refused.missing]
        return Text(fr=f"sans {_list(n.fr for n in names)}", en=f"without {_list(n.en for n in names)}")
    if refused.rule == "legal" and refused.tired is not None:
        hours = round(refused.tired.worked.total_seconds() / 3600)
        if refused.tired.rule == "in_a_row":
            return Text(fr=f"{hours} h d’affilée", en=f"{hours} h in a row")
        return Text(fr=f"{hours} h en 7 jours", en=f"{hours} h in 7 days")
    if refused.rule == "capacity":
        return Text(fr=f"journées pleines ({refused.minutes} min libres)",
                    en=f"days are full ({refused.minutes} min left)")  # fmt: skip
    if refused.rule == "excluded":
        return Text(fr="sa propre rue", en="own street")
    if refused.rule == "skill":
        skill = _skill(desk, refused.missing[0])
        return Text(fr=f"sans la compétence {skill.fr}", en=f"without the skill {skill.en}")
    return Text(fr="pas en service avant l’échéance", en="not on shift before it is due")


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
