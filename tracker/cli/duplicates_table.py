"""The tables `vigie duplicates evaluate` prints."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from tracker.cli.text import pick
from tracker.duplicates import evaluating
from tracker.duplicates.evaluating import Answer, Line

OPTIMUM = "optimum"
_LEAST = 5
_RULE = evaluating.RIVAL
_MANY = 30  # so many labelled repeats a service needs to be compared with the rule in earnest


def show(answer: Answer, console: Console) -> None:
    """Print everything over all, then the services and methods with enough duplicates, then macro means."""
    judges = list(dict.fromkeys(line.judge for line in answer.lines))
    everything = [line for line in answer.lines if line.by == evaluating.ANY]
    console.print(_table(pick(fr="Tous les signalements", en="All reports"), everything))
    _of_optimum(everything, console)
    for by, title in (
        ("service", pick(fr="Par service", en="By service")),
        ("method", pick(fr="Par façon de situer", en="By location method")),
    ):
        lines = [line for line in answer.lines if line.by == by and line.card.repeats >= _LEAST]
        wanted = [*answer.weights, _RULE]
        console.print(_table(title, sorted((each for each in lines if each.judge in wanted), key=_order)))
    console.print(_beside(answer))
    console.print(_macro(answer.lines, judges))


def _of_optimum(lines: Iterable[Line], console: Console) -> None:
    """Tell which share of the F1 of the best possible judge each model reaches."""
    by_judge = {line.judge: line.card.f1 for line in lines}
    best = by_judge.get(OPTIMUM)
    if not best:
        return
    for judge, f1 in by_judge.items():
        if f1 is not None and judge != OPTIMUM:
            words = pick(fr="de l’optimum", en="of the optimum")
            console.print(f"{judge}: {f1:.3f} = {f1 / best:.3f} {words} ({best:.3f})")


def _order(line: Line) -> tuple[int, str, str]:
    return -line.card.repeats, line.value, line.judge


def _table(title: str, lines: Iterable[Line]) -> Table:
    table = Table(title=title)
    columns = (
        "", "", pick(fr="signal.", en="reports"), pick(fr="doublons", en="repeats"),
        pick(fr="propositions", en="shown"), "R@1", "R@3", "R@3 hard", "P", "R", "F1",
        pick(fr="à égalité", en="as many"), pick(fr="lien 50", en="link 50"),
        pick(fr="lien 70", en="link 70"), "auto P", "≥", "auto R", "ECE", "/s",
    )  # fmt: skip
    for name in columns:
        table.add_column(name, justify="left" if name == "" else "right")
    for line in lines:
        card = line.card
        table.add_row(
            line.judge, "" if line.value == evaluating.ANY else line.value,
            str(card.reports), str(card.repeats),
            f"{card.suggestions:.3f}", *map(_share, (
                card.recall_1, card.recall_3, card.recall_3_hard, card.precision, card.recall, card.f1,
                line.even_recall_1, line.any_link_50, line.any_link_70, card.attach_precision,
                card.attach_lower, card.attach_share, card.calibration_error,
            )), f"{line.checks_per_s:,.0f}",
        )  # fmt: skip
    return table


def _beside(answer: Answer) -> Table:
    """Put the models side by side by service: at their own trouble, and at that of the plainest rule."""
    title = pick(
        fr=f"Par service : R@1, R@3, R@1 avec autant de propositions que {_RULE} (* : ≥ {_MANY} doublons)",
        en=f"By service: R@1, R@3, R@1 with as many suggestions as {_RULE} (*: ≥ {_MANY} repeats)",
    )
    table = Table(title=title)
    table.add_column("", no_wrap=True)
    table.add_column(pick(fr="doublons", en="repeats"), justify="right")
    for name in (*answer.weights, _RULE):
        table.add_column(name, justify="right")
    told: dict[str, dict[str, Line]] = {}
    for line in answer.lines:
        if line.by == "service" and line.card.repeats >= _LEAST:
            told.setdefault(line.value, {})[line.judge] = line
    for service, by_judge in sorted(told.items(), key=lambda each: _order(each[1][_RULE])):
        rule = by_judge[_RULE].card
        count = f"{rule.repeats} *" if rule.repeats >= _MANY else f"{rule.repeats}  "
        cells = [_three(by_judge[name], by_judge[name].even_recall_1) for name in answer.weights]
        table.add_row(service, count, *cells, _three(by_judge[_RULE], rule.recall_1))
    return table


def _three(line: Line, evenly: float | None) -> str:
    return " ".join(_share(each) or "    -" for each in (line.card.recall_1, line.card.recall_3, evenly))


def _macro(lines: Iterable[Line], judges: Iterable[str]) -> Table:
    kept = list(lines)
    table = Table(title=pick(fr="Moyenne des services (≥ 5 doublons)", en="Mean of services (≥ 5 repeats)"))
    links = (pick(fr="lien 50", en="link 50"), pick(fr="lien 70", en="link 70"))
    for name in ("", "n", pick(fr="propositions", en="shown"), "R@1", "R@3", "F1", *links):
        table.add_column(name, justify="left" if name == "" else "right")
    for judge in judges:
        mean = evaluating.macro(kept, judge, _LEAST)
        values = (mean.get(name) for name in _MEANS)
        table.add_row(judge, str(int(mean["services"])), *map(_share, values))
    return table


_MEANS = ("suggestions", "recall_1", "recall_3", "f1", "any_link_50", "any_link_70")


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
