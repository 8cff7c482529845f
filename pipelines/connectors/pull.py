"""Pulling: which windows of which accounts are fetched now, and what became of each, in one sentence.

The lake is the only memory. A window is pulled when its page file has landed, and the file lands when its last page has come.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pipelines.connectors.catalogue import connector as connector_named
from pipelines.connectors.catalogue import connectors
from pipelines.connectors.client import Api, World
from pipelines.connectors.credentials import accounts, variable
from pipelines.connectors.model import Account, Call, Connector, Endpoint, Request, Window
from pipelines.connectors.pages import PageFile, clear_unfinished, newest_file, values_in
from pipelines.connectors.paging import Moved, Page, Paging, dig, pages, rows_of
from pipelines.connectors.redaction import guard_logs
from pipelines.connectors.tokens import TokenStore
from pipelines.connectors.verdicts import (
    Denied,
    Fatal,
    Gone,
    MetricRemoved,
    NotReady,
    Ok,
    QuotaUsed,
    Refused,
    Transient,
    Verdict,
)
from pipelines.connectors.window import asked_windows, due_windows, pulled_windows
from pipelines.ingest.spec import platforms

Status = Literal["pulled", "nothing", "not_ready", "quota", "authorise", "failed", "skipped"]
HOPELESS = 3  # failed windows in a row after which it is left to the next pull
SKEW_SECONDS = 300  # a clock further off than this is worth a word
log = logging.getLogger(__name__)


@dataclass
class Outcome:
    """What became of one window (or of an account that was not called at all)."""

    connector: str
    account: str
    status: Status
    sentence: str
    api: str = ""
    window: Window | None = None
    page_count: int = 0
    call_count: int = 0
    warnings: list[str] = field(default_factory=list)
    file: Path | None = None
    is_transient: bool = False

    @property
    def stops(self) -> bool:
        """Whether further calls for this account would be in vain."""
        return self.status in ("quota", "authorise")

    def as_dict(self) -> dict[str, Any]:
        """For programs that read along."""
        return {**asdict(self), "window": str(self.window) if self.window else None, "file": self.file.name if self.file else None}


def pull(name: str | None = None, account: str | None = None, asked: Window | None = None, world: World | None = None) -> list[Outcome]:
    """Pull what is due, or the days asked for, of one connector (or all) and one account (or all)."""
    guard_logs()
    world = world or World()
    chosen = [connector_named(name)] if name else list(connectors().values())
    outcomes: list[Outcome] = []
    for connector in chosen:
        configured = [a for a in accounts(connector) if account in (None, a.name)]
        if not configured and name:
            what = f"account {account}" if account else "any account"
            example = ", ".join(variable(connector, account or "main", c) for c in connector.credentials)
            outcomes.append(Outcome(connector.name, account or "", "skipped", f"{name}: no credentials for {what} ({example}); skipped."))
        for one in configured:
            outcomes += pull_account(connector, one, asked, world)
    for outcome in outcomes:
        log.log(logging.WARNING if outcome.status == "failed" or outcome.stops else logging.INFO, outcome.sentence)
    return outcomes


def pull_account(connector: Connector, account: Account, asked: Window | None, world: World) -> list[Outcome]:
    """Every endpoint of one account. Stops where going on would be in vain."""
    if account.missing:
        names = ", ".join(variable(connector, account.name, n) for n in account.missing)
        return [Outcome(connector.name, account.name, "skipped", f"{connector.name}, account {account.name}: {names} is missing; skipped.")]
    store = TokenStore(connector, account)
    with store.pulling():
        until = store.quota_until()
        if until is not None and world.now() < until:
            return [_quota(connector, account, until, "its quota is used up")]
        clear_unfinished(connector, account)
        with Api(connector, account, store, world) as api:
            return list(_Puller(connector, account, store, api, world).outcomes(asked))


def _quota(connector: Connector, account: Account, until: datetime, reason: str) -> Outcome:
    moment = until.astimezone(ZoneInfo(platforms()[connector.platform].timezone)).strftime("%Y-%m-%d %H:%M %Z")
    return Outcome(
        connector.name, account.name, "quota", f"{connector.name}, account {account.name}: {reason}; nothing is called before {moment}."
    )


class _Puller:
    """One account in one pull."""

    def __init__(self, connector: Connector, account: Account, store: TokenStore, api: Api, world: World) -> None:
        self._connector, self._account, self._store, self._api, self._world = connector, account, store, api, world
        self._zone = ZoneInfo(platforms()[connector.platform].timezone)
        self._removed: set[str] = set()
        self._lists: dict[str, list[Any]] = {}

    def outcomes(self, asked: Window | None) -> Iterator[Outcome]:
        """Endpoint by endpoint, window by window."""
        planned = list(dict.fromkeys(self._plan(asked)))
        if asked is not None:
            yield from self._without_these_days({endpoint.name for endpoint, _ in planned}, asked)
        elif not planned:
            yield self._outcome("nothing", "nothing is due.")
        unreachable = 0
        failures: Counter[str] = Counter()
        for endpoint, window in planned:
            if failures[endpoint.name] >= HOPELESS:
                continue
            outcome = self._window(endpoint, window)
            yield outcome
            failures[endpoint.name] = failures[endpoint.name] + 1 if outcome.status == "failed" else 0
            unreachable = unreachable + 1 if outcome.is_transient else 0
            if outcome.stops:
                return
            if unreachable == HOPELESS:
                yield self._outcome("failed", f"{HOPELESS} windows failed in a row; the rest is left to the next pull.")
                return
            if failures[endpoint.name] == HOPELESS:
                yield self._outcome(
                    "failed", f"{HOPELESS} windows of {endpoint.name} failed in a row; its others are left to the next pull."
                )

    def _now(self) -> datetime:
        return self._world.now().astimezone(self._zone)

    def _plan(self, asked: Window | None) -> Iterator[tuple[Endpoint, Window]]:
        known = pulled_windows(self._connector, self._account.name)
        for endpoint in self._connector.endpoints:
            if asked is not None:
                windows = asked_windows(endpoint, asked, self._now())
            else:
                windows = due_windows(self._connector, endpoint, self._account, self._now(), known)
            if windows:
                yield from self._lists_first(endpoint)
            yield from ((endpoint, window) for window in reversed(windows))  # what is new matters most

    def _without_these_days(self, planned: set[str], asked: Window) -> Iterator[Outcome]:
        """Endpoints that have nothing to give for the days asked for, and why."""
        for endpoint in self._connector.endpoints:
            if endpoint.name not in planned:
                why = "shows the figures of this moment only" if endpoint.snapshot else "has no figures for these days (any more, or yet)"
                yield self._outcome("nothing", f"{why}; nothing was pulled.", endpoint, asked)

    def _lists_first(self, endpoint: Endpoint) -> Iterator[tuple[Endpoint, Window]]:
        """The lists an endpoint needs and nobody has pulled yet: a past day may be the first that is asked for."""
        needed = self._connector.endpoint(endpoint.after) if endpoint.after else None
        if needed and newest_file(self._connector, needed, self._account, self._now()) is None:
            yield from self._lists_first(needed)
            yield needed, Window(self._now().date(), self._now().date())

    def _outcome(self, status: Status, said: str, endpoint: Endpoint | None = None, window: Window | None = None) -> Outcome:
        api = self._connector.api(endpoint) if endpoint else ""
        what = f" {api} {window}" if endpoint else ""
        sentence = f"{self._connector.name}, account {self._account.name}{what}: {said}"
        return Outcome(self._connector.name, self._account.name, status, sentence, api, window)

    def _window(self, endpoint: Endpoint, window: Window) -> Outcome:
        """One window: its file in landing, or nothing and the reason."""
        before = self._api.call_count
        warnings: list[str] = []
        try:
            path, count = self._landed(endpoint, window, warnings)
            outcome = self._outcome("pulled", f"{count} pages.", endpoint, window)
            outcome.file, outcome.page_count = path, count
        except Moved as moved:
            outcome = self._refusal(endpoint, window, Transient(f"{moved}, twice"))
        except Refused as refused:
            outcome = self._refusal(endpoint, window, refused.verdict)
        outcome.call_count = self._api.call_count - before
        if abs(self._api.skew_seconds) > SKEW_SECONDS:
            warnings.append(f"this machine's clock is {self._api.skew_seconds / 60:+.0f} minutes off the platform's; set it right")
        outcome.warnings = warnings
        outcome.sentence += "".join(f" Warning: {w}." for w in warnings)
        return outcome

    def _landed(self, endpoint: Endpoint, window: Window, warnings: list[str]) -> tuple[Path, int]:
        for attempt in (1, 2):
            with PageFile(self._connector, endpoint, self._account, window) as file:
                try:
                    for page in self._pages(endpoint, window, warnings):
                        file.add(page)
                except Moved:
                    if attempt == 2:
                        raise
                    continue
                if file.page_count:
                    return file.land(), file.page_count
                raise Refused(NotReady("there is nothing to ask for yet"))
        raise AssertionError("the second attempt returns or raises")

    def _pages(self, endpoint: Endpoint, window: Window, warnings: list[str]) -> Iterator[Page]:
        """All pages of all requests of a window. What is gone is left out, with a word."""
        call = Call(self._account, window, self._now().date(), self._values, self._listed)
        for first in endpoint.requests(call):
            try:
                for page in pages(lambda request, check: self._page(endpoint, request, check, warnings), first, endpoint.paging):
                    self._require_days(endpoint, window, page)
                    yield page
            except Refused as refused:
                if not isinstance(refused.verdict, Gone) or first.about is None:
                    raise
                warnings.append(f"{first.about} is gone ({refused.verdict.message}) and was left out")

    def _page(self, endpoint: Endpoint, request: Request, check: Any, warnings: list[str]) -> Page:
        """One page, without the metrics that the platform no longer has."""
        while True:
            try:
                return self._api.page(self._without_removed(endpoint, request), check)
            except Refused as refused:
                verdict = refused.verdict
                if not isinstance(verdict, MetricRemoved) or verdict.metric in self._removed:
                    raise
                if verdict.metric not in _listed(endpoint, request):
                    raise Refused(Fatal(verdict.message)) from None
                self._removed.add(verdict.metric)
                warnings.append(f"the platform no longer offers {verdict.metric} ({verdict.message}); pulled without it")

    def _without_removed(self, endpoint: Endpoint, request: Request) -> Request:
        if endpoint.metrics_param is None or not self._removed:
            return request
        kept = [m for m in _listed(endpoint, request) if m not in self._removed]
        if not kept:
            raise Refused(Fatal(f"{request.path}: the platform offers none of the metrics any more"))
        return replace(request, params={**request.params, endpoint.metrics_param: ",".join(kept)})

    def _require_days(self, endpoint: Endpoint, window: Window, page: Page) -> None:
        """Rows about other days than those asked for would put figures on the wrong day for ever."""
        if endpoint.row_date is None:
            return
        found: Iterable[str] = (str(dig(row, endpoint.row_date))[:10] for row in rows_of(endpoint.paging, page.body))
        wrong = sorted(d for d in found if not str(window.start) <= _dashed(d) <= str(window.end))
        if wrong:
            raise Refused(Transient(f"{page.request.path}: a row is about {wrong[0]}, which was not asked for"))

    def _values(self, endpoint: str, path: str) -> list[Any]:
        file = newest_file(self._connector, self._connector.endpoint(endpoint), self._account, self._now())
        return values_in(file, path) if file else []

    def _listed(self, request: Request, paging: Paging, path: str) -> list[Any]:
        key = f"{request.identity} {path}"
        if key not in self._lists:
            self._lists[key] = [v for page in pages(self._api.page, request, paging) for v in (dig(page.body, path) or [])]
        return self._lists[key]

    def _refusal(self, endpoint: Endpoint, window: Window, verdict: Verdict) -> Outcome:
        """The verdict as a sentence that says what happens next."""
        match verdict:
            case NotReady():
                return self._outcome("not_ready", f"not ready ({verdict.message}); the next pull asks again.", endpoint, window)
            case QuotaUsed():
                self._store.stop_until(verdict.until)
                return _quota(self._connector, self._account, verdict.until, f"the quota is used up ({verdict.message})")
            case Denied():
                said = f"the platform does not accept the login ({verdict.message}). Authorise the account again."
                return self._outcome("authorise", said, endpoint, window)
            case Ok() | Transient():
                said = f"{verdict.message}. Nothing was kept; the next pull tries again."
                return replace(self._outcome("failed", said, endpoint, window), is_transient=True)
            case _:
                said = f"{verdict.message}. Nothing was kept; trying again will not help until that is mended."
        return self._outcome("failed", said, endpoint, window)


def _listed(endpoint: Endpoint, request: Request) -> list[str]:
    return str(request.params.get(endpoint.metrics_param or "", "")).split(",")


def _dashed(day: str) -> str:
    """20261120 as 2026-11-20."""
    return f"{day[:4]}-{day[4:6]}-{day[6:8]}" if day[:8].isdigit() else day


def day_window(first: date | None, last: date | None, today: date) -> Window | None:
    """The days a person names; one bound alone means up to today, or that day only."""
    if first is None and last is None:
        return None
    start = first or last or today
    end = last or today
    if start > end:
        raise ValueError(f"The first day ({start}) lies after the last one ({end}).")
    return Window(start, end)


def first_due_day(connector: Connector, world: World | None = None) -> date | None:
    """The oldest day that a pull would fetch now, over all accounts; None when none is configured or nothing is due."""
    now = (world or World()).now().astimezone(ZoneInfo(platforms()[connector.platform].timezone))
    days: list[date] = []
    for account in accounts(connector):
        if not account.missing:
            known = pulled_windows(connector, account.name)
            days += [w.start for e in connector.endpoints for w in due_windows(connector, e, account, now, known)]
    return min(days, default=None)
