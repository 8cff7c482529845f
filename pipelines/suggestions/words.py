"""A text in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The same in both languages."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        return self.zh if language == "zh" else self.en
