"""The words of a report: a phrase with its slots filled, at the length people write, with the slips of
hurried typing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.catalogue.definitions import Service
from tracker.demo import grammar
from tracker.demo.request_plan import Oddities, Phrases, TextsPlan
from tracker.demo.spots import HOME_KINDS

_SHORT, _MEDIUM, _LONG = 0.25, 0.75, 0.95  # cumulated shares of the lengths; the rest goes on and on
_FEW_WORDS, _SOME_WORDS, _MANY_WORDS, _MOST_WORDS = 4, 20, 60, 200
_TYPO, _AGENT_TYPO = 0.04, 0.01
_NO_ACCENTS, _CAPITALS, _EMOJI, _ENGLISH, _SLANG = 0.35, 0.03, 0.04, 0.05, 0.5
_AGENT_STYLE = 0.6
# « sur {rue} » and « de {rue} » are written before the street is known: its generic then takes an article.
_GENERICS = {
    "rue": "la ", "avenue": "l’", "boulevard": "le ", "chemin": "le ", "place": "la ", "croissant": "le ",
    "rang": "le ", "terrasse": "la ", "montée": "la ", "quai": "le ",
}  # fmt: skip
_CONTRACTED = tuple(
    (f" {before} {generic} ", f" {before} {article}{generic} ".replace(" de le ", " du "))
    for generic, article in _GENERICS.items()
    for before in ("sur", "de")
)
_ARTICLES = ("un ", "une ", "des ", "du ", "de la ", "de l’", "la ", "le ", "l’", "a ", "an ", "the ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """What fills the slots: the street, a civic number, the crossing as « Érables et Canal », days."""

    rue: str
    civic: int
    coin: str
    jours: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """Who writes: in which language, perhaps with words of the other one, from a telephone or as an agent."""

    language: str
    is_mixed: bool = False
    is_mobile: bool = False
    is_agent: bool = False


class Writer:
    """Writes descriptions from the stream of the texts."""

    def __init__(self, plan: TextsPlan, oddities: Oddities, rng: np.random.Generator) -> None:
        self._plan, self._odd, self._rng = plan, oddities, rng

    def say(self, service: Service, scene: Scene, voice: Voice) -> str:
        """Write one description of what a service is about."""
        odd = self._emergency(scene, voice)
        if odd is not None:
            return odd
        text = self._of_length(service, scene, voice)
        text = self._with_oddities(text, voice)
        return self._hurried(text, voice)

    def injected(self, order: int) -> str:
        """One of the texts somebody sends to see what breaks."""
        return self._plan.injected[order % len(self._plan.injected)]

    def _of_length(self, service: Service, scene: Scene, voice: Voice) -> str:
        length = self._rng.uniform()
        if length < _SHORT:
            return self._few_words(service, voice)
        text = self._sentence(service, scene, voice)
        if length < _MEDIUM:
            return self._dressed(text, scene, voice)
        least, most = (
            (_SOME_WORDS + 1, _MANY_WORDS)
            if length < _LONG or voice.is_agent
            else (_MANY_WORDS + 1, _MOST_WORDS)
        )
        wanted = int(self._rng.integers(least, max(least + 1, int(0.8 * most))))
        said = [text]
        pool = self._plan.longer.said_in(voice.language)
        order = self._rng.permutation(len(pool)).tolist()
        while _words(said) < wanted:
            if not order:
                order = self._rng.permutation(len(pool)).tolist()
            said.append(_filled(pool[order.pop()], scene, ""))
        return " ".join(" ".join(said).split(" ")[:most])

    def _few_words(self, service: Service, voice: Voice) -> str:
        """What it is, without its article: « Nid-de-poule »."""
        thing = self._thing(service, voice)
        for article in _ARTICLES:
            if thing.startswith(article):
                thing = thing.removeprefix(article)
                break
        return _capital(" ".join(thing.split(" ")[:_FEW_WORDS]))

    def _sentence(self, service: Service, scene: Scene, voice: Voice) -> str:
        own = self._plan.services[service.code].said_in(voice.language)
        if voice.is_agent and self._rng.uniform() < _AGENT_STYLE:
            frame = self._pick(self._plan.agents.said_in(voice.language))
        else:
            choices = own * 2 + self._frames(service).said_in(voice.language)
            frame = self._pick(choices)
        return _filled(frame, scene, self._thing(service, voice))

    def _frames(self, service: Service) -> Phrases:
        if service.location.kind == "none" or service.needs_contact:
            return self._plan.frames["ask"]
        return self._plan.frames["home" if service.location.kind in HOME_KINDS else "street"]

    def _dressed(self, text: str, scene: Scene, voice: Voice) -> str:
        """Between five and twenty words: a greeting before, a word of thanks after."""
        chance = self._rng.uniform(0, 1, 2)
        if chance[0] < 0.4 and not voice.is_agent:
            text = f"{self._pick(self._plan.openers.said_in(voice.language)).strip()} {text}".strip()
        if chance[1] < 0.4 or _words([text]) <= _FEW_WORDS:
            closers = [each for each in self._plan.closers.said_in(voice.language) if each]
            text = f"{text} {_filled(self._pick(closers), scene, '')}".strip()
        return " ".join(text.split(" ")[:_SOME_WORDS])

    def _thing(self, service: Service, voice: Voice) -> str:
        return self._plan.quoi[service.code][voice.language == "en"]

    def _emergency(self, scene: Scene, voice: Voice) -> str | None:
        if self._rng.uniform() >= self._odd.emergency:
            return None
        return _filled(self._pick(self._plan.emergency.said_in(voice.language)), scene, "")

    def _with_oddities(self, text: str, voice: Voice) -> str:
        chance = self._rng.uniform(0, 1, 2)
        if chance[0] < self._odd.personal:
            said = self._pick(self._plan.personal.said_in(voice.language))
            text = f"{text} {said.format(deux=f'{int(self._rng.integers(10, 99))}')}"
        if chance[1] < self._odd.abusive:
            text = f"{text} {self._pick(self._plan.abusive.said_in(voice.language))}"
        if voice.is_mixed:
            other = "en" if voice.language == "fr" else "fr"
            text = f"{text} {self._pick(self._plan.closers.said_in(other)[:2])}"
        return text

    def _hurried(self, text: str, voice: Voice) -> str:
        share = _AGENT_TYPO if voice.is_agent else _TYPO
        if voice.language == "fr" and not voice.is_agent:
            text = self._as_spoken(text)
        chances = self._rng.uniform(0, 1, len(text.split(" "))).tolist()
        words = [
            self._mistyped(word) if chance < share else word
            for word, chance in zip(text.split(" "), chances, strict=True)
        ]
        text = " ".join(words)
        chance = self._rng.uniform(0, 1, 3)
        if voice.is_mobile and voice.language == "fr" and chance[0] < _NO_ACCENTS:
            text = grammar.folded(text)
        if voice.is_agent:
            return text
        if chance[1] < _CAPITALS:
            text = text.upper()
        if voice.is_mobile and chance[2] < _EMOJI * 2:
            text = f"{text} {self._pick(self._plan.emoji)}"
        return text

    def _as_spoken(self, text: str) -> str:
        slang, english = self._rng.uniform() < _SLANG, self._rng.uniform() < _ENGLISH
        for written, typed in self._plan.slang.items() if slang else ():
            text = text.replace(written, typed)
        for written, typed in self._plan.english_words.items() if english else ():
            text = text.replace(written, typed)
        return text

    def _mistyped(self, word: str) -> str:
        """One slip: two letters swapped, one lost, one doubled, or the key next to it."""
        if len(word) < 4 or any(letter.isdigit() for letter in word):
            return word
        at = int(self._rng.integers(1, len(word) - 1))
        slip = self._rng.uniform()
        if slip < 0.3:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if slip < 0.6:
            return word[:at] + word[at + 1 :]
        if slip < 0.8:
            return word[:at] + word[at] + word[at:]
        near = self._plan.neighbours_on_keys.get(word[at].lower(), word[at])
        return word[:at] + near[int(self._rng.integers(len(near)))] + word[at + 1 :]

    def _pick(self, phrases: tuple[str, ...] | list[str]) -> str:
        return phrases[int(self._rng.integers(len(phrases)))]


def _filled(frame: str, scene: Scene, thing: str) -> str:
    text = frame.format(
        rue=scene.rue, civic=scene.civic, coin=scene.coin, jours=scene.jours, quoi=thing, Quoi=_capital(thing)
    )
    for written, said in _CONTRACTED:
        text = text.replace(written, said)
    return _capital(text)


def _words(parts: list[str]) -> int:
    return sum(len(part.split(" ")) for part in parts)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
