"""What a text is to a model: its characters, its English words, its emoji as words, and how its lexicon words weigh."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from pipelines.analyses.statistics import Array

HERE = Path(__file__).parent
EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b00-\u2bff\U0001f1e6-\U0001f1ff]")
TAG = re.compile(r"\[[\w\u4e00-\u9fff]{1,6}\]")
LINK = re.compile(r"https?://\S+|www\.\S+|t\.cn/\S+|\{link\}")
AT = re.compile(r"(?://)?@[\w\-\u4e00-\u9fff]+:?")
CLAUSE = re.compile(r"[,，。.!！?？;；~～…\n、]+|\s{2,}")
LATIN = re.compile(r"[a-z0-9][a-z0-9'\-]*")
QUESTIONS = ("吗", "多少", "求问", "请问", "有没有", "什么时候", "怎么买", "哪里")
LONGEST = 7  # characters of the longest Chinese word of the lexicon that is looked for
COLUMNS = ("positive", "negative", "share", "nothing", "question", "emoji_positive", "emoji_negative")
LEXICON_WEIGHT = 0.6  # of a standardised lexicon column beside a text's TF-IDF row of length 1


def normalise(text: str, *, emoji: bool = True) -> str:
    """The text in lower case without links and names; every emoji and [tag] becomes a word of its own, or goes."""
    plain = AT.sub(" ", LINK.sub(" ", text)).replace("\ufe0f", "").lower()
    if not emoji:
        return TAG.sub(" ", EMOJI.sub(" ", plain)).strip()
    return TAG.sub(lambda found: f" {found.group()} ", EMOJI.sub(lambda found: f" {found.group()} ", plain)).strip()


@lru_cache(maxsize=1)
def quiet_jieba() -> Any:
    """The word cutter, loaded on first use; it does not tell that it reads its dictionary."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba


@lru_cache(maxsize=1)
def lexicon() -> dict[str, dict[str, float]]:
    """Words by language with their weight, beside sets of words that turn or strengthen them."""
    raw = yaml.safe_load((HERE / "lexicon.yaml").read_text(encoding="utf-8"))
    found: dict[str, dict[str, float]] = {}
    for language in ("zh", "en"):
        parts = {name: str(words).lower().split() for name, words in raw[language].items()}
        tone = dict.fromkeys(parts["positive"], 1.0) | dict.fromkeys(parts["negative"], -1.0)
        tone |= dict.fromkeys(parts["strong_positive"], 1.8) | dict.fromkeys(parts["strong_negative"], -1.8)
        found[language] = tone
        for name in ("negation", "degree"):
            found[f"{language}_{name}"] = dict.fromkeys(parts[name], 1.0)
    marks = {name: str(words).lower().replace("\ufe0f", "").split() for name, words in raw["emoji"].items()}
    found["emoji"] = dict.fromkeys(marks["positive"] + marks["positive_tags"], 1.0)
    found["emoji"] |= dict.fromkeys(marks["negative"] + marks["negative_tags"], -1.0)
    return found


@lru_cache(maxsize=1)
def _all_words() -> frozenset[str]:
    words = lexicon()
    return frozenset(w for name, group in words.items() if name.startswith("zh") for w in group)


def lexicon_columns(texts: Sequence[str], *, emoji: bool = True) -> Array:
    """One row per text with the figures of `COLUMNS`."""
    return np.array([_row(normalise(text, emoji=emoji)) for text in texts], dtype=float).reshape(len(texts), len(COLUMNS))


def _row(text: str) -> list[float]:
    words = lexicon()
    marks = [words["emoji"].get(mark, 0.0) for mark in [*EMOJI.findall(text), *TAG.findall(text)]]
    bare = TAG.sub(" ", EMOJI.sub(" ", text))
    weights = [weight for clause in CLAUSE.split(bare) if clause.strip() for weight in tones(tokens_of(clause))]
    positive, negative = sum(w for w in weights if w > 0), -sum(w for w in weights if w < 0)
    glad, sad = sum(m > 0 for m in marks), sum(m < 0 for m in marks)
    asks = "?" in bare or "？" in bare or any(word in bare for word in QUESTIONS)
    share = (positive - negative) / (positive + negative + 1)
    nothing = not weights and not glad and not sad
    return [min(positive, 5.0), min(negative, 5.0), share, float(nothing), float(asks), min(glad, 3), min(sad, 3)]


def tokens_of(clause: str) -> list[str]:
    """Chinese by longest match against the lexicon (else one character), Latin words whole."""
    known, tokens, place = _all_words(), [], 0
    while place < len(clause):
        latin = LATIN.match(clause, place)
        if latin:
            tokens.append(latin.group())
            place = latin.end()
            continue
        size = next((n for n in range(min(LONGEST, len(clause) - place), 1, -1) if clause[place : place + n] in known), 1)
        if clause[place] != " ":
            tokens.append(clause[place : place + size])
        place += size
    return tokens


def tones(tokens: list[str]) -> list[float]:
    """Weight of each word of a clause that has a tone, turned by a negation and strengthened by a degree just before it."""
    words, found = lexicon(), []
    for place, token in enumerate(tokens):
        language = "en" if LATIN.match(token) else "zh"
        weight = words[language].get(token)
        if weight is None:
            continue
        before = tokens[max(place - 3, 0) : place]
        if any(t in words[f"{language}_negation"] or t.endswith("n't") for t in before):
            weight *= -0.8 if weight > 0 else -0.4
        if any(t in words[f"{language}_degree"] for t in before[-2:]):
            weight *= 1.4
        found.append(weight)
    return found


class Vectoriser:
    """Characters 1-3, Latin words 1-2 and lexicon columns side by side; fitted once, then the same for every text."""

    def __init__(self, *, emoji: bool = True, min_count: int = 2) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.emoji = emoji
        self.characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=min_count, sublinear_tf=True, dtype=np.float64)
        self.words = TfidfVectorizer(token_pattern=r"[a-z][a-z'\-]+", ngram_range=(1, 2), min_df=min_count, sublinear_tf=True)
        self.centre: Array = np.zeros(len(COLUMNS))
        self.scale: Array = np.ones(len(COLUMNS))

    def fit_transform(self, texts: Sequence[str]) -> Any:
        """Learn the vocabulary of these texts and return their matrix."""
        plain = [normalise(text, emoji=self.emoji) for text in texts]
        columns = lexicon_columns(texts, emoji=self.emoji)
        self.centre, self.scale = columns.mean(axis=0), np.where(columns.std(axis=0) > 0, columns.std(axis=0), 1.0)
        self.has_words = any(LATIN.search(text) and len(LATIN.findall(text)) > 3 for text in plain)
        parts = [self.characters.fit_transform(plain)]
        if self.has_words:
            parts.append(self.words.fit_transform(plain))
        return self._stack(parts, columns)

    def transform(self, texts: Sequence[str]) -> Any:
        """The matrix of other texts in the vocabulary learnt."""
        plain = [normalise(text, emoji=self.emoji) for text in texts]
        parts = [self.characters.transform(plain), *([self.words.transform(plain)] if self.has_words else [])]
        return self._stack(parts, lexicon_columns(texts, emoji=self.emoji))

    def _stack(self, parts: list[Any], columns: Array) -> Any:
        from scipy import sparse

        scaled = (columns - self.centre) / self.scale * LEXICON_WEIGHT
        return sparse.hstack([*parts, sparse.csr_matrix(scaled)], format="csr")
