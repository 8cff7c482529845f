"""Secrets stay out of logs, errors and files: every value that is known to be secret, and everything that looks like one."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"
SHORTEST = 6  # a shorter value is no secret worth the name, and would mask ordinary words
_NAMES = (
    r"access[_-]?token|refresh[_-]?token|client[_-]?secret|app[_-]?secret|client[_-]?key|api[_-]?key|appid|secret|password|"
    r"sign(?:ature)?|key"
)
_LOOKS_SECRET = re.compile(
    rf"""(?ix)
    (?P<name>\b(?:{_NAMES})["']?\s*[=:]\s*["']?)(?P<value>[^\s"'&,;}}]+)
    | (?P<scheme>\bBearer\s+)(?P<bearer>[^\s"',;]+)
    | (?P<header>\b(?:Set-)?Cookie["']?\s*[:=]\s*)(?P<cookie>[^\r\n]+)
    """
)
_known: set[str] = set()


def remember_secrets(values: Iterable[str]) -> None:
    """From now on these values never appear in a log record, an error of ours or a page file."""
    for value in values:
        if len(value) >= SHORTEST:
            _known.update({value, quote(value, safe=""), quote_plus(value)})


def without_known(text: str) -> str:
    """The text with the known secret values masked and nothing else changed: for the bodies that are kept."""
    for value in sorted(_known, key=len, reverse=True):
        if value in text:
            text = text.replace(value, MASK)
    return text


def redacted(text: str) -> str:
    """The text with known values and everything that looks like a credential masked: for messages and logs."""

    def mask(match: re.Match[str]) -> str:
        return (match["name"] or match["scheme"] or match["header"]) + MASK

    return _LOOKS_SECRET.sub(mask, without_known(text))


_plain_record = logging.getLogRecordFactory()


def _redacting_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = _plain_record(*args, **kwargs)
    try:
        message = record.getMessage()
    except (TypeError, ValueError):  # a wrong logging call somewhere: `logging` reports it when it writes the record
        return record
    is_ours = str(record.name).startswith(("httpx", "httpcore", "pipelines.connectors"))
    masked = redacted(message) if is_ours else without_known(message)
    if masked != message:
        record.msg, record.args = masked, ()
    if record.exc_info and record.exc_info[0] is not None:
        told = logging.Formatter().formatException(record.exc_info)
        if without_known(told) != told:
            record.exc_text = without_known(told)
    return record


def guard_logs() -> None:
    """Every log record of this process passes through the redaction, whichever library writes it. Safe to call again."""
    if logging.getLogRecordFactory() is not _redacting_record:
        logging.setLogRecordFactory(_redacting_record)
