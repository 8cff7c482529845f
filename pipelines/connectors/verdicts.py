"""What an API's answer means for us: the only words in which a connector's `classify` speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer whose body is JSON: what `classify` looks at. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: Any
    received_at: datetime


@dataclass(frozen=True)
class Verdict:
    """What an answer means, with a sentence that names the platform's code and request id."""

    message: str = ""


class Ok(Verdict):
    """The answer is a page."""


@dataclass(frozen=True)
class Transient(Verdict):
    """Try again, after `wait` seconds where the server named them."""

    wait: float | None = None


class Unexplained(Transient):
    """A code whose meaning nobody has published: one more try, then it fails with the code."""


class TokenExpired(Verdict):
    """The access token is no longer valid: fetch a new one once, then try again."""


class Denied(Verdict):
    """Only a person can help: authorise the account again."""


@dataclass(frozen=True)
class QuotaUsed(Verdict):
    """The source is stopped until its quota resets."""

    until: datetime = FOR_EVER


class Gone(Verdict):
    """The post (or whatever the request is about) no longer exists: go on with the others."""


@dataclass(frozen=True)
class MetricRemoved(Verdict):
    """The platform no longer offers this metric: ask again without it."""

    metric: str = ""


class NotReady(Verdict):
    """The platform has not computed these figures yet: ask later."""


class Fatal(Verdict):
    """Trying again would not help: a wrong parameter, a missing permission."""


class Refused(Exception):
    """A request that brought no page, with the verdict that says why. Its text holds no secret."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.message)
        self.verdict = verdict


def by_status(answer: Answer, detail: str = "") -> Verdict:
    """What the HTTP status alone says: the last resort of every `classify`."""
    said = f"HTTP {answer.status}{f' {detail}' if detail else ''}"
    if 200 <= answer.status < 300:
        return Ok()
    if answer.status == 401:
        return TokenExpired(said)
    if answer.status == 404:
        return Gone(said)
    if answer.status == 429:
        return Transient(f"{said}: too many requests", retry_after(answer))
    if answer.status == 408 or answer.status >= 500:
        return Transient(said, retry_after(answer))
    return Fatal(said)


def retry_after(answer: Answer, reset_header: str = "") -> float | None:
    """Seconds the server asks us to wait: `Retry-After` in seconds or as a date, else a header that holds the moment as an epoch."""
    stated = answer.headers.get("retry-after", "").strip()
    if stated:
        try:
            moment = parsedate_to_datetime(stated) if not stated.replace(".", "").isdigit() else None
        except ValueError:
            return None
        return max(0.0, (moment - answer.received_at).total_seconds()) if moment else float(stated)
    reset = answer.headers.get(reset_header, "") if reset_header else ""
    return max(0.0, float(reset) - answer.received_at.timestamp()) if reset.isdigit() else None


def tomorrow(answer: Answer, zone: str) -> datetime:
    """The next midnight in a time zone: when daily quotas reset."""
    local = answer.received_at.astimezone(ZoneInfo(zone))
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def next_hour(answer: Answer) -> datetime:
    """The next full hour: when hourly quotas reset."""
    return (answer.received_at + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
