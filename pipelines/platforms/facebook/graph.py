"""Meta's Graph API as Facebook pages, Instagram and Meta Ads share it: the token, the error codes, the paging.

The access token is one that a person fetched; a page token made of a long-lived user token does not end by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pipelines.connectors.model import Account, Call, Credential, Login, Request, Tokens
from pipelines.connectors.paging import by_cursor, dig
from pipelines.connectors.verdicts import (
    Answer,
    Fatal,
    Gone,
    MetricRemoved,
    QuotaUsed,
    TokenExpired,
    Transient,
    Verdict,
    by_status,
)

HOSTS = {"main": "https://graph.facebook.com"}
VERSION = "v25.0"  # a version lives about two years; the option `version` names another
RATES = {4, 17, 32, 613, *range(80000, 80015)}
FAILED = {1, 2}  # unknown error, service not available
NO_OBJECT = 33
BEFORE_BUSINESS = 2108006  # published before the account became a business account
REMOVED_FIELD = re.compile(r"(\w+) is not valid for fields param|nonexisting summary field \((\w+)\)")
REMOVED_METRIC = re.compile(r"valid insights metric|does not support the|not supported for this media|metric\[\d+\] must be one of")

# The next page by its cursor. Its ready-made address is never used: it holds the token.
next_page = by_cursor("paging.cursors.after", "paging.next", "after")


def _attach(account: Account, tokens: Tokens) -> Credential:
    return Credential(headers={"Authorization": f"Bearer {tokens.access.get_secret_value()}"})


LOGIN = Login(_attach)


def get(call: Call, path: str, about: str | None = None, **params: Any) -> Request:
    """A call in the version of the Graph API that the account names."""
    return Request(f"/{call.account.options['version']}/{path}", params, about=about)


def until(call: Call) -> str:
    """The day after the window, where `until` ends it."""
    return (call.window.end + timedelta(days=1)).isoformat()


def classify(answer: Answer) -> Verdict:
    """What Meta says in `error`; a status without one is a gateway's. A metric that is no longer offered is named in the request only:
    requests for one metric, or for the figures of one post, say what they are about and are left out."""
    error = dig(answer.body, "error")
    if not isinstance(error, dict):
        verdict = by_status(answer)
        return Fatal(verdict.message) if isinstance(verdict, Gone) else verdict
    code, told = error.get("code"), str(error.get("message", ""))
    said = f"error {code}/{error.get('error_subcode') or 0} {told} (fbtrace_id {error.get('fbtrace_id')})"
    if code == 190:
        return TokenExpired(said)
    if code in RATES:
        return _throttled(answer, said)
    if code in FAILED or error.get("is_transient") is True or answer.status >= 500:
        return Transient(said)
    if code == 100:
        return _wrong_parameter(error, told, said)
    if code == 10 and "Not enough viewers" in told:
        return Gone(said)
    return Fatal(said)


def _wrong_parameter(error: dict[str, Any], told: str, said: str) -> Verdict:
    field = REMOVED_FIELD.search(told)
    if field:
        return MetricRemoved(said, field[1] or field[2])
    if error.get("error_subcode") in (NO_OBJECT, BEFORE_BUSINESS) or REMOVED_METRIC.search(told):
        return Gone(said)
    return Fatal(said)


def _throttled(answer: Answer, said: str) -> Verdict:
    """Limits count the calls of the last hour. The usage headers say how full it is (percent) and when calls are let in again (minutes)."""
    used = list(_usage(answer))
    minutes = max((float(u.get("estimated_time_to_regain_access") or 0) for u in used), default=0.0)
    if minutes:
        return QuotaUsed(said, answer.received_at + timedelta(minutes=minutes))
    fullest = max((float(u[k]) for u in used for k in ("call_count", "total_time", "total_cputime") if u.get(k)), default=100.0)
    return Transient(said) if fullest < 100 else QuotaUsed(said, answer.received_at + timedelta(hours=1))


def _usage(answer: Answer) -> Iterator[dict[str, Any]]:
    """The usages stated in X-App-Usage (one) and X-Business-Use-Case-Usage (lists by business)."""
    for header in ("x-app-usage", "x-business-use-case-usage"):
        try:
            stated = json.loads(answer.headers.get(header, "{}"))
        except ValueError:  # a header that is no JSON says nothing
            continue
        lists = [value for value in stated.values() if isinstance(value, list)] if isinstance(stated, dict) else []
        yield from (one for one in [stated, *(one for listed in lists for one in listed)] if isinstance(one, dict))
