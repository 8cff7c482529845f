"""The project's own labelled sentences: clauses written for it, their blanks filled and joined into varied texts; always the same ones."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
SENTIMENTS = ("negative", "neutral", "positive")
FOLDS = 5
SENTENCES_PER_CLAUSE = {"zh": 6, "en": 6}
WORDS = {
    "zh": {
        "join": ["，", "，", "。", "！", " ", "，而且", "，还有", "；", "…"],
        "end": ["", "", "", "。", "！", "！！", "~", "了", "啊", "呀", "…"],
        "open": ["", "", "", "", "说实话，", "{when}", "第一次买，", "作为老顾客，", "@官方 ", "我觉得", "怎么说呢，", "姐妹们，"],
        "but": ["，但是", "，但", "，可是", "，不过", "。可惜", "，结果"],
        "yield": ["虽然", "尽管", "", ""],
    },
    "en": {
        "join": [", ", ". ", "! ", " and ", "; ", " - "],
        "end": ["", "", ".", "!", "!!", "..."],
        "open": ["", "", "", "honestly, ", "{when} ", "as a regular customer, ", "@official ", "to be fair, "],
        "but": [", but ", ". However, ", ", yet ", " but "],
        "yield": ["although ", "", "", ""],
    },
}  # fmt: skip
EMOJI = {
    "zh": {
        "positive": ["😍", "😋", "👍", "❤️", "🥰", "[赞]", "[心]", "[爱你]", "[鼓掌]", "[馋嘴]", "[笑哭R]", "🎉", "[哈哈]"],
        "negative": ["😡", "👎", "😤", "😭", "[怒]", "[泪]", "[白眼]", "[吐]", "💔", "[失望]", "🙄", "[衰]", "🤮"],
        "neutral": ["🤔", "👀", "[思考]", "📍", "[doge]"],
    },
    "en": {
        "positive": ["😍", "👍", "❤️", ":)", "🎉", "🔥", ":D", "😊"],
        "negative": ["😡", "👎", "😭", ":(", "🙄", "💔", "😤"],
        "neutral": ["🤔", "👀", "📍"],
    },
}


@dataclass(frozen=True)
class Sentence:
    """A labelled text. `fold` is that of the clauses it is made of: two folds share no clause."""

    text: str
    label: str
    language: str
    aspect: str
    fold: int


@dataclass(frozen=True)
class _Clause:
    text: str
    label: str
    aspect: str
    fold: int


@lru_cache(maxsize=1)
def sentences() -> tuple[Sentence, ...]:
    """Every sentence of the bank, distinct, in an order that never changes."""
    slots = _yaml("slots.yaml")
    built: dict[tuple[str, str], Sentence] = {}
    for language in WORDS:
        clauses = _clauses(language)
        groups = {
            (label, fold): [c for c in clauses if c.label == label and c.fold == fold] for label in SENTIMENTS for fold in range(FOLDS)
        }
        for clause in clauses:
            chance = random.Random(f"{language}|{clause.label}|{clause.text}")
            for number in range(SENTENCES_PER_CLAUSE[language]):
                text = _fill(_compose(clause, number, language, groups, chance), slots[language], chance)
                built.setdefault((text, clause.label), Sentence(text, clause.label, language, clause.aspect, clause.fold))
    return tuple(built.values())


@lru_cache(maxsize=1)
def version() -> str:
    """A short hash of everything the bank is made of: another bank, another version."""
    parts = [p.read_bytes() for p in sorted(HERE.glob("*.yaml"))] + [Path(__file__).read_bytes()]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()[:10]


def _yaml(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def _clauses(language: str) -> list[_Clause]:
    return [
        _Clause(str(text), label, aspect, _fold(str(text)))
        for label in SENTIMENTS
        for aspect, texts in _yaml(f"{language}_{label}.yaml").items()
        for text in texts
    ]


def _fold(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % FOLDS


def _compose(clause: _Clause, number: int, language: str, groups: dict[tuple[str, int], list[_Clause]], chance: random.Random) -> str:
    """One text around a clause: alone, opened, with another of the same label, against one of the opposite, with an emoji."""
    words, emoji = WORDS[language], EMOJI[language][clause.label]
    same, opposite = groups[clause.label, clause.fold], {"positive": "negative", "negative": "positive"}.get(clause.label)
    end = chance.choice(words["end"])
    if number == 0:
        return clause.text
    if number == 1:
        return chance.choice(words["open"]) + clause.text + end
    if number == 2:
        return clause.text + end + chance.choice(emoji) * chance.choice((1, 1, 2, 3))
    if number == 3 and opposite:  # what stands after "but" is what people mean
        other = chance.choice(groups[opposite, clause.fold])
        return chance.choice(words["yield"]) + other.text + chance.choice(words["but"]) + clause.text + end
    others = [chance.choice(same).text for _ in range(1 + number % 3)]
    joined = chance.choice(words["join"]).join([clause.text, *others])
    return chance.choice(words["open"]) + joined + end + (chance.choice(emoji) if number % 4 == 0 else "")


def _fill(text: str, slots: dict[str, list[str]], chance: random.Random) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: chance.choice(slots[found.group(1)]), text)
