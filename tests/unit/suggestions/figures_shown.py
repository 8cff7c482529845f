"""Which numbers a sentence of a suggestion shows."""

from __future__ import annotations

import re
from typing import Any

NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


def numbers_of(sentence: str, row: dict[str, Any]) -> set[str]:
    """The numbers of a sentence as shown, those of names and levels apart: texts of its evidence row are taken out first."""
    texts = {part for value in row.values() if isinstance(value, str) for part in (value, value.rpartition("=")[2]) if part}
    for text in sorted(texts, key=len, reverse=True):
        sentence = sentence.replace(text, "")
    return set(NUMBER.findall(sentence))
