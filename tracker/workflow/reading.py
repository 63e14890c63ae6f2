"""From a plain mapping to the values of a workflow table."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from . import errors, guards, parameters
from .node import Node
from .table import (
    CLOCK_EFFECTS,
    PREVIOUS,
    ROLES,
    SAME,
    START,
    TONES,
    Choice,
    Delay,
    Effect,
    GuardUse,
    Input,
    State,
    Transition,
    Variant,
    Words,
)

T = TypeVar("T")

ANY_OPEN = "any_open"
INPUT_TYPES = (
    "text",
    "integer",
    "number",
    "boolean",
    "date",
    "datetime",
    "choice",
    "crew",
    "case",
    "service",
    "department",
    "district",
)
DELAY_UNITS = ("minutes", "elapsed_h", "business_h", "business_days", "calendar_days")
EFFECT_KINDS = ("clock", "notice", "timer", "job")


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """A workflow as written, each word checked, its shape not yet proved sound."""

    family: str
    version: int
    label: Words
    visibility: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]


def read(mapping: Mapping[str, object], source: str) -> Definition:
    """Read a definition. Raises InvalidDefinition naming the first wrong field of each wrong entry."""
    root = Node(mapping, source=source)
    states = _each(root.entries("states", named="code"), _state, source)
    stand_ins = _stand_ins(root)

    def transition(name: str, node: Node) -> Transition:
        return _transition(name, node, states, stand_ins)

    definition = Definition(
        family=root.text("family"),
        version=int(root.number("version")),
        label=root.words("label"),
        visibility=root.text("visibility", among=("public", "private", "sealed")),
        states=states,
        transitions=_each(root.entries("transitions", named="name"), transition, source),
    )
    root.finish()
    return definition


def _each(entries: Iterator[tuple[str, Node]], make: Callable[[str, Node], T], source: str) -> tuple[T, ...]:
    """Make every entry of a list, so that a person who wrote several mistakes reads of all of them."""
    made: list[T] = []
    problems: list[str] = []
    for name, node in entries:
        try:
            made.append(make(name, node))
        except errors.InvalidDefinition as wrong:
            problems += wrong.problems
    if problems:
        raise errors.InvalidDefinition(source, tuple(problems))
    return tuple(made)


def _stand_ins(root: Node) -> dict[str, str]:
    """Return who may do whatever another role may, as {who stands in: for whom}."""
    if "stand_ins" not in root.value:
        return {}
    node = root.child("stand_ins")
    return {str(role): node.text(role, among=ROLES) for role in node.names_of_keys(among=ROLES)}


def _state(code: str, node: Node) -> State:
    label = node.words("label")
    state = State(
        code=code,
        tone=node.text("tone", among=TONES),
        open311=node.text("open311", among=("open", "closed")),
        is_open=node.flag("open"),
        is_final=node.flag("final"),
        label=label,
        sentence=_sentence(node) or label,
        next_actor=node.text("next_actor", among=(*ROLES, "partner", "nobody")),
        next_action=node.words("next"),
        variants=tuple(_variant(one, node) for one in node.items("variants")),
        public=node.optional_words("public"),
    )
    if state.is_open and state.is_final:
        node.refuse("an open state cannot be final", "final")
    node.finish()
    return state


def _sentence(node: Node) -> Words | None:
    sentence = node.optional_words("sentence")
    _refuse_unknown_word(node, sentence, parameters.SENTENCE_WORDS)
    return sentence


def _refuse_unknown_word(
    node: Node, words: Words | None, known: Mapping[str, object] | tuple[str, ...]
) -> None:
    if words is not None and (word := parameters.unknown_word(words, known)) is not None:
        node.refuse(f"nothing fills {word!r}", "says" if isinstance(known, Mapping) else "sentence")


def _variant(value: object, parent: Node) -> Variant:
    node = Node(value, source=parent.source, where=f"{parent.where}.variants")
    label = node.words("label")
    variant = Variant(outcomes=node.names("outcomes"), label=label, sentence=_sentence(node) or label)
    node.finish()
    return variant


def _transition(name: str, node: Node, states: tuple[State, ...], stand_ins: Mapping[str, str]) -> Transition:
    inputs = tuple(_input(*entry) for entry in node.entries("inputs", named="name"))
    codes = tuple(state.code for state in states)
    roles = node.names("roles", among=ROLES)
    if not roles:
        node.refuse("nobody may make this transition", "roles")
    transition = Transition(
        name=name,
        sources=_sources(node, states),
        target=node.text("to", among=(*codes, PREVIOUS, SAME)),
        roles=roles | {who for who, whom in stand_ins.items() if whom in roles},
        label=node.words("label"),
        inputs=inputs,
        guards=tuple(_guard(one, node, inputs) for one in node.items("guards")),
        effects=tuple(_effect(one, node, inputs) for one in node.items("effects")),
    )
    node.finish()
    return transition


def _sources(node: Node, states: tuple[State, ...]) -> frozenset[str]:
    codes = tuple(state.code for state in states)
    named = node.names("from", among=(*codes, START, ANY_OPEN))
    if not named:
        node.refuse("leaves no state", "from")
    if ANY_OPEN not in named:
        return named
    return (named - {ANY_OPEN}) | {state.code for state in states if state.is_open}


def _input(name: str, node: Node) -> Input:
    kind = node.text("type", among=INPUT_TYPES)
    asked = Input(
        name=name,
        type=kind,
        required=node.flag("required"),
        label=node.words("label"),
        choices=tuple(_choice(*entry) for entry in node.entries("choices", named="value")),
        public=node.flag("public"),
        filled=node.flag("filled"),
        days=int(node.number("days")) if "days" in node.value else None,
    )
    if asked.days is not None and kind != "date":
        node.refuse("only a date can be so many days from today", "days")
    if asked.filled and asked.required:
        node.refuse("what is never asked cannot be required", "filled")
    if (kind == "choice") != bool(asked.choices):
        node.refuse("a choice, and only a choice, needs choices", "choices")
    node.finish()
    return asked


def _choice(value: str, node: Node) -> Choice:
    choice = Choice(value=value, label=Words(fr=node.text("fr"), en=node.text("en")))
    node.finish()
    return choice


def _guard(value: object, parent: Node, inputs: tuple[Input, ...]) -> GuardUse:
    """Read a guard: its bare name, or a mapping with its parameters, roles (`for`) and words (`says`)."""
    node = Node(
        {"guard": value} if isinstance(value, str) else value,
        source=parent.source,
        where=f"{parent.where}.guards",
    )
    name = node.text("guard", among=tuple(guards.GUARDS))
    node.where = f"{node.where}.{name}"
    roles, words = node.names("for", among=ROLES), node.optional_words("says")
    params = node.rest()
    expected = set(guards.GUARDS[name].params)
    for key in expected ^ set(params):
        node.refuse("is missing" if key in expected else "unknown parameter", key)
    for key, given in params.items():
        if wrong := parameters.problem(key, given, inputs):
            node.refuse(wrong, key)
    _refuse_unknown_word(node, words, params)
    return GuardUse(name=name, params=params, roles=roles, words=words)


def _effect(value: object, parent: Node, inputs: tuple[Input, ...]) -> Effect:
    node = Node(value, source=parent.source, where=f"{parent.where}.effects")
    kind = next((kind for kind in EFFECT_KINDS if kind in node.value), None)
    if kind is None:
        node.refuse(f"must be one of {', '.join(EFFECT_KINDS)}")
    effect = Effect(
        kind=str(kind),
        name=node.text(str(kind), among=CLOCK_EFFECTS if kind == "clock" else ()),
        when=_conditions(node, inputs),
        delay=_delay(node.child("after"), inputs) if kind == "timer" else None,
        fires=node.optional_text("fires") if kind == "timer" else "",
    )
    node.finish()
    return effect


def _conditions(node: Node, inputs: tuple[Input, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    if "when" not in node.value:
        return ()
    when = node.child("when")
    return tuple((name, when.names(name)) for name in sorted(when.names_of_keys(among=_known(inputs))))


def _known(inputs: tuple[Input, ...]) -> tuple[str, ...]:
    return ("priority", "role", "outcome", *(asked.name for asked in inputs))


def _delay(node: Node, inputs: tuple[Input, ...]) -> Delay:
    names = tuple(asked.name for asked in inputs if asked.type in ("date", "datetime"))
    if "input" in node.value:
        named = node.text("input", among=names or ("",))
        delay = _before(node.child("less"), named) if "less" in node.value else Delay(input=named)
    elif "share" in node.value:
        delay = Delay(amount=node.number("share"), share_of=node.text("of", among=("respond", "resolve")))
    else:
        delay = Delay(amount=node.number("amount"), unit=node.text("unit", among=DELAY_UNITS))
    node.finish()
    return delay


def _before(node: Node, named: str) -> Delay:
    amount, unit = node.number("amount"), node.text("unit", among=("elapsed_h", "calendar_days"))
    node.finish()
    return Delay(amount=amount, unit=unit, input=named)
