"""One writer at a time: a lock file that every way of starting a run respects, and that a killed process leaves open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from pipelines.settings import settings


class Busy(Exception):
    """Another run holds the lock."""


@contextmanager
def writer_lock(owner: str, wait_seconds: float | None = None) -> Iterator[None]:
    """Hold the writer's lock; waits for another run to finish, and says who it is when that takes too long."""
    root = settings().root
    root.mkdir(parents=True, exist_ok=True)
    note = root / ".writer.txt"
    lock = FileLock(root / ".writer.lock")
    try:
        lock.acquire(timeout=settings().lock_wait_seconds if wait_seconds is None else wait_seconds)
    except Timeout as error:
        holder = note.read_text(encoding="utf-8") if note.exists() else "another process"
        raise Busy(f"{holder} is working on this data folder; wait for it to finish or stop it.") from error
    try:
        note.write_text(f"{owner} (process {os.getpid()})", encoding="utf-8")
        yield
    finally:
        lock.release()
