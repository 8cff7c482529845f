"""When two headers are the same: as people read them, or by the pattern a spec gives."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=65536)
def normalise_header(text: str | None) -> str:
    """A header as it is compared: NFKC, no zero-width characters, single spaces, lower case."""
    if text is None:
        return ""
    folded = unicodedata.normalize("NFKC", str(text))
    folded = re.sub(r"[\u200b-\u200f\u2060\ufeff]", "", folded)
    return re.sub(r"\s+", " ", folded).strip().lower()


def header_matches(wanted: str, header: str) -> bool:
    """Whether a file's header is the one a spec means: the same word, or one that the spec's `/regex/` finds."""
    if is_pattern(wanted):
        return header_match(wanted, header) is not None
    return normalise_header(wanted) == normalise_header(header)


def is_pattern(name: str) -> bool:
    return len(name) > 2 and name.startswith("/") and name.endswith("/")


def header_match(pattern: str, header: str) -> re.Match[str] | None:
    """The match of a spec's `/regex/` in a header as written, case aside."""
    return re.search(pattern[1:-1], unicodedata.normalize("NFKC", header).strip(), re.IGNORECASE)
