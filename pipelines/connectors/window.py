"""Which days are there to pull. What has been pulled is read from the names of the page files, in landing and in the lake."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipelines import lake
from pipelines.connectors.model import Account, Connector, Endpoint, Window
from pipelines.settings import settings

FIRST_PULL_DAYS = 30  # history fetched at first when the account names no start
LONGEST_WINDOW = 4000  # days; a name that claims more is none of ours
_NAME = re.compile(r"(?P<api>[a-z0-9_]+\.[a-z0-9_]+)\.(?P<start>\d{4}-\d\d-\d\d)_(?P<end>\d{4}-\d\d-\d\d)\.(?P<received>\d{13})\.jsonl")


@dataclass(frozen=True)
class Pulled:
    """One page file that exists or was loaded."""

    api: str
    window: Window
    received_at: datetime


def file_name(api: str, window: Window, received_at: datetime) -> str:
    """``<api>.<first day>_<last day>.<epoch ms>.jsonl``: the name alone says what has been pulled, and when."""
    return f"{api}.{window.start}_{window.end}.{int(received_at.timestamp() * 1000)}.jsonl"


def pulled_windows(connector: Connector, account: str) -> list[Pulled]:
    """Every window of an account that landed or was loaded."""
    folder = settings().landing / connector.platform / account
    names = {p.name for p in folder.glob("*.jsonl")} if folder.exists() else set()
    names |= {m["source_name"] for m in lake.manifests() if m["account_key"] == f"{connector.platform}:{account}"}
    return [found for name in sorted(names) if (found := of_name(name))]


def of_name(name: str) -> Pulled | None:
    """What a page file's name says; None for any other file."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    window = Window(date.fromisoformat(match["start"]), date.fromisoformat(match["end"]))
    return Pulled(match["api"], window, datetime.fromtimestamp(int(match["received"]) / 1000, UTC))


def newest_day(endpoint: Endpoint, now: datetime) -> date:
    """The last day an endpoint has figures of. `now` is in the platform's time zone."""
    if endpoint.snapshot:
        return now.date()
    early = now.hour < endpoint.ready_hour
    return now.date() - timedelta(days=endpoint.lag_days + early)


def due_windows(connector: Connector, endpoint: Endpoint, account: Account, now: datetime, known: Iterable[Pulled]) -> list[Window]:
    """What to pull now: days never pulled since the start, and young days whose figures still move, once a day each."""
    newest = newest_day(endpoint, now)
    start = account.start or now.date() - timedelta(days=FIRST_PULL_DAYS)
    last_pull = _last_pulls(connector.api(endpoint), known, now)
    days = [newest] if endpoint.snapshot else _days(max(start, _oldest(endpoint, now)), newest)
    return grouped(endpoint, [d for d in days if _is_due(d, last_pull.get(d), endpoint, now.date())], now)


def asked_windows(endpoint: Endpoint, asked: Window, now: datetime) -> list[Window]:
    """The windows for days that a person names, pulled before or not; without those the endpoint has no figures of."""
    newest = newest_day(endpoint, now)
    oldest = newest if endpoint.snapshot else max(asked.start, _oldest(endpoint, now))
    return grouped(endpoint, [d for d in _days(oldest, min(asked.end, newest)) if asked.start <= d], now)


def grouped(endpoint: Endpoint, days: list[date], now: datetime) -> list[Window]:
    """Days as windows of calls. The newest day stands alone: if it is not ready yet, the others still are."""
    if not days:
        return []
    if endpoint.trailing:
        newest = newest_day(endpoint, now)
        reach = (newest - days[0]).days + 1
        span = next(n for n in sorted(endpoint.trailing) if n >= reach)
        return [Window(newest - timedelta(days=span - 1), newest)]
    windows = [Window(days[0], days[0])]
    for day in days[1:]:
        last = windows[-1]
        follows = day == last.end + timedelta(days=1) and (day - last.start).days < endpoint.span_days
        if follows and day != newest_day(endpoint, now):
            windows[-1] = Window(last.start, day)
        else:
            windows.append(Window(day, day))
    return windows


def _oldest(endpoint: Endpoint, now: datetime) -> date:
    if endpoint.trailing:
        return newest_day(endpoint, now) - timedelta(days=max(endpoint.trailing) - 1)
    reach = now.date() - timedelta(days=endpoint.reach_days) if endpoint.reach_days else date(2005, 1, 1)
    return max(reach, endpoint.earliest or reach)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _is_due(day: date, pulled: date | None, endpoint: Endpoint, today: date) -> bool:
    if pulled is None:
        return True
    settled = day + timedelta(days=0 if endpoint.snapshot else endpoint.repull_days)
    return pulled < today and pulled < settled


def _last_pulls(api: str, known: Iterable[Pulled], now: datetime) -> dict[date, date]:
    """Each day to the day on which it was last pulled. A pull from the future (a wrong clock) counts as yesterday's."""
    last: dict[date, date] = {}
    for found in known:
        if found.api == api and (found.window.end - found.window.start).days < LONGEST_WINDOW:
            on = found.received_at.astimezone(now.tzinfo).date()
            on = now.date() - timedelta(days=1) if on > now.date() else on
            for day in _days(found.window.start, found.window.end):
                last[day] = max(on, last.get(day, on))
    return last
