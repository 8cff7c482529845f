"""Progress of long work: silent by default, a bar when the command line asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")
Tracker = Callable[[list[T], str], Iterable[T]]

_tracker: ContextVar[Callable[[list, str], Iterable] | None] = ContextVar("tracker", default=None)
_announcer: ContextVar[Callable[[str], None] | None] = ContextVar("announcer", default=None)


def track(items: list[T], label: str) -> Iterator[T]:
    """The items, one by one, with a progress bar where one was asked for."""
    tracker = _tracker.get()
    yield from tracker(items, label) if tracker and items else items


def announce(text: str) -> None:
    """Say which step of a long run has begun."""
    announcer = _announcer.get()
    if announcer:
        announcer(text)


def show_progress(tracker: Callable[[list, str], Iterable], announcer: Callable[[str], None]) -> None:
    """Show progress from here on (this thread and what it starts)."""
    _tracker.set(tracker)
    _announcer.set(announcer)
