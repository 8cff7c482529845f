"""What negative texts are about and what their writers want: rules that people can read, and how well they hold on own labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from pipelines.analyses.statistics import Array

NO_NEED = "none"
SEVERE = 4  # from this severity on a class named in a text that is not clearly positive goes to a person
LABELS_FOR_A_MEASURE = 30


@dataclass(frozen=True)
class Category:
    """A class of negative texts with its rule."""

    key: str
    name_zh: str
    name_en: str
    severity: int
    pattern: str
    crisis_words: tuple[str, ...] = ()
    crisis_type: str | None = None  # as the register of crisis types calls it


@dataclass(frozen=True)
class Need:
    """What a writer wants, with its rule."""

    key: str
    pattern: str
    is_negative: bool


@lru_cache(maxsize=1)
def _rules() -> Any:
    return yaml.safe_load((Path(__file__).parent / "categories.yaml").read_text(encoding="utf-8"))


def _word(word: object) -> str:
    """A plain word as pattern; a Latin one begins at a word's beginning."""
    text = str(word).strip().lower()
    return rf"(?-u:\b){re.escape(text)}" if text[:1].isascii() and text[:1].isalnum() else re.escape(text)


def _pattern(words: Sequence[object], patterns: Sequence[str] = ()) -> str:
    return "|".join([*(_word(word) for word in words), *patterns])


def categories(crisis_types: pl.DataFrame) -> list[Category]:
    """The nine classes and those that only the register of crisis types has; the register's severity and words come on top."""
    found = [
        Category(key, c["name_zh"], c["name_en"], c["severity"], _pattern(c["words"], c.get("patterns", ())), tuple(c["crisis_words"]))
        for key, c in _rules()["categories"].items()
    ]
    types = crisis_types.sort("crisis_type").to_dict(as_series=False)
    rows = zip(types["crisis_type"], types["default_severity_level"], types["keywords"], strict=True)
    for name, severity, keywords in rows:
        own = _pattern([word for word in (keywords or []) if word.strip()])
        match = next((i for i, c in enumerate(found) if _same_class(name, c)), None)
        if match is None:
            if own:
                found.append(Category(name, name, name, int(severity or 3), own, crisis_type=name))
            continue
        former = found[match]
        joined = f"{former.pattern}|{own}" if own else former.pattern
        found[match] = replace(former, severity=int(severity or former.severity), pattern=joined, crisis_type=name)
    return found


def _same_class(name: str, category: Category) -> bool:
    plain = name.strip().lower()
    return category.crisis_type is None and plain in {
        category.key,
        category.name_zh.lower(),
        category.name_en.lower(),
        *category.crisis_words,
    }


def hits(texts: pl.Series, known: Sequence[Category]) -> pl.DataFrame:
    """A column per class, true where the class's rule knows a word of the text."""
    lower = texts.str.to_lowercase()
    return pl.DataFrame({c.key: lower.str.contains(c.pattern).fill_null(value=False) for c in known})


def needs(texts: pl.Series, sentiments: pl.Series) -> pl.Series:
    """The first need whose rule fits, "none" where no rule does."""
    lower, found = texts.str.to_lowercase().fill_null(""), pl.lit(NO_NEED)
    frame = pl.DataFrame({"text": lower, "sentiment": sentiments})
    for need in reversed(_needs()):
        fits = pl.col("text").str.contains(need.pattern)
        if need.is_negative:
            fits &= pl.col("sentiment").is_in(["negative", "abstain"])
        found = pl.when(fits).then(pl.lit(need.key)).otherwise(found)
    return frame.select(need_label=found)["need_label"]


@lru_cache(maxsize=1)
def _needs() -> tuple[Need, ...]:
    return tuple(Need(key, _pattern(n["words"], n.get("patterns", ())), bool(n.get("is_negative"))) for key, n in _rules()["needs"].items())


def need_keys() -> list[str]:
    """Every need a text may be of, "none" last."""
    return [*(need.key for need in _needs()), NO_NEED]


def share_right(right: Array) -> tuple[int, float | None, float | None, float | None]:
    """How many labels a rule was held against and its share of hits with a 95 % interval; None below `LABELS_FOR_A_MEASURE`."""
    from pipelines.analyses.text.sentiment import wilson

    if right.size < LABELS_FOR_A_MEASURE:
        return int(right.size), None, None, None
    low, high = wilson(int(right.sum()), int(right.size))
    return int(right.size), float(np.mean(right)), low, high
