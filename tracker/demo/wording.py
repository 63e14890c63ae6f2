"""What people write: a few words or a rant, with the mistakes of thumbs and haste."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.demo import grammar
from tracker.demo.request_plan import TextsPlan

_TYPO, _NO_ACCENTS, _CAPITALS, _EMOJI = 0.03, 0.35, 0.03, 0.04


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """What the slots of a phrase are filled with."""

    rue: str
    civic: int
    coin: str
    jours: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """Who writes: language, and whether it is typed on a telephone (mistakes) or by an agent (none)."""

    language: str
    is_hasty: bool


def say(plan: TextsPlan, service: str, scene: Scene, voice: Voice, rng: np.random.Generator) -> str:
    """Write one description. A quarter are a few words; a few go on and on."""
    phrase = _pick(plan.services[service].said_in(voice.language), rng)
    length = rng.uniform()
    parts = [phrase]
    if length > 0.3:
        parts.append(_pick(plan.closers.said_in(voice.language), rng))
    if length > 0.45:
        parts.insert(0, _pick(plan.openers.said_in(voice.language), rng))
    if length > 0.8:
        parts.insert(-1, _pick(plan.longer.said_in(voice.language), rng))
    if length > 0.95:
        parts.insert(-1, _pick(plan.longer.said_in(voice.language), rng))
    text = " ".join(part.strip() for part in parts if part.strip())
    text = text.format(rue=scene.rue, civic=scene.civic, coin=scene.coin, jours=scene.jours)
    return _hurried(plan, text, rng) if voice.is_hasty else _capital(text)


def _pick(phrases: tuple[str, ...], rng: np.random.Generator) -> str:
    return phrases[int(rng.integers(len(phrases)))]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _hurried(plan: TextsPlan, text: str, rng: np.random.Generator) -> str:
    words = [_mistyped(plan, word, rng) if rng.uniform() < _TYPO else word for word in text.split(" ")]
    text = " ".join(words)
    if rng.uniform() < _NO_ACCENTS:
        text = grammar.folded(text)
    if rng.uniform() < _CAPITALS:
        text = text.upper()
    if rng.uniform() < _EMOJI:
        text = f"{text} {_pick(plan.emoji, rng)}"
    return text


def _mistyped(plan: TextsPlan, word: str, rng: np.random.Generator) -> str:
    """One slip: two letters swapped, one lost, one doubled, or the key next to it."""
    if len(word) < 4:
        return word
    at = int(rng.integers(1, len(word) - 1))
    slip = rng.uniform()
    if slip < 0.3:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if slip < 0.6:
        return word[:at] + word[at + 1 :]
    if slip < 0.8:
        return word[:at] + word[at] + word[at:]
    near = plan.neighbours_on_keys.get(word[at].lower(), word[at])
    return word[:at] + near[int(rng.integers(len(near)))] + word[at + 1 :]
