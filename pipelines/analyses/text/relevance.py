"""Whether a mention means the brand, or its watch word merely stands inside another word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipelines.analyses.text.features import LATIN, quiet_jieba


def is_relevant(keywords: Sequence[str | None], texts: Sequence[str]) -> list[bool]:
    """False only where the watch word is in the text and every time inside another word; all else is taken to be meant."""
    return [not keyword or _stands_alone(keyword.strip().lower(), text.lower()) for keyword, text in zip(keywords, texts, strict=True)]


@lru_cache(maxsize=20_000)
def _stands_alone(keyword: str, text: str) -> bool:
    places = [found.start() for found in re.finditer(re.escape(keyword), text)] if keyword else []
    if not places:
        return True  # the tool found it in a picture, a tag or a spelling of its own
    if LATIN.fullmatch(keyword):
        return re.search(rf"(?<![a-z0-9]){re.escape(keyword)}(?![a-z0-9])", text) is not None
    # A dictionary word that begins before the watch word and ends within it is another word (青青|禾苗 is not 青禾).
    starts, at = set(), 0
    for word in quiet_jieba().dt.lcut(text, HMM=False):
        starts.add(at)
        at += len(word)
    return any(place in starts for place in places)
