"""The words of the app in Chinese and English: ``t("key")`` in the reader's language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
import yaml

LANGUAGES = {"zh": "中文", "en": "English"}
DEFAULT_LANGUAGE = "zh"


@cache
def words(language: str) -> dict[str, str]:
    """Every text of one language, keyed by dotted path (``overview.title``); a page may have a file of its own."""
    files = sorted((Path(__file__).parent / language).glob("*.yaml"))
    return {key: text for path in files for key, text in _flat(yaml.safe_load(path.read_text(encoding="utf-8")))}


def _flat(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        pairs += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", str(value))]
    return pairs


def lang() -> str:
    """The reader's language: zh unless they chose another."""
    language = str(st.session_state.get("language", DEFAULT_LANGUAGE))
    return language if language in LANGUAGES else DEFAULT_LANGUAGE


def t(key: str, **values: Any) -> str:
    """The text of a key in the reader's language, with its {placeholders} filled; an unknown key is a mistake and raises."""
    return words(lang())[key].format(**values)


def t_or(key: str, fallback: str) -> str:
    """The text of a key, or the fallback for words that data may bring along (a platform's own content type, a new funnel step)."""
    return words(lang()).get(key, fallback)


def named(zh: str | None, en: str | None) -> str:
    """Whichever of two given names the reader's language asks for."""
    first, second = (zh, en) if lang() == "zh" else (en, zh)
    return first or second or ""
