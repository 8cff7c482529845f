"""Publishing: readers see the last good release or the new one, whole; a damaged build never gets there."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import publish, warehouse
from pipelines.query import query
from pipelines.settings import settings
from tests.unit.releases import make_build, make_release

pytestmark = pytest.mark.usefixtures("data_dir")


def _value() -> int:
    return query("select max(value) from marts.mart_x").item()


def test_a_release_replaces_the_one_before() -> None:
    assert warehouse.current_release() is None
    first = make_release("20260301T000000", 1)
    assert (warehouse.current_release(), _value()) == (first, 1)
    second = make_release("20260302T000000", 2)
    assert (warehouse.current_release(), _value()) == (second, 2)
    assert publish.releases() == [second, first]
    assert not settings().build.joinpath("build.duckdb").exists()


def test_a_release_is_read_only() -> None:
    release = make_release("20260301T000000")
    assert release.stat().st_mode & 0o222 == 0


def test_a_reader_keeps_the_release_it_has() -> None:
    first = make_release("20260301T000000", 1)
    with duckdb.connect(str(first), read_only=True) as reader:
        make_release("20260302T000000", 2)
        assert reader.execute("select max(value) from marts.mart_x").fetchone() == (1,)


def test_readers_never_see_nothing_or_half() -> None:
    """Readers go on while releases are published and old ones are removed: every answer is one of the releases."""
    make_release("20260301T000000", 0)
    stop, failures, seen = threading.Event(), [], set()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add(_value())
            except Exception as error:  # noqa: BLE001 - whatever it is, the test names it
                failures.append(repr(error))
                return

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(1, 9):
            make_release(f"20260301T00000{number}", number)
    finally:
        stop.set()
        reader.join()
    assert failures == []
    assert seen <= set(range(9))
    assert _value() == 8


def test_only_the_newest_releases_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_KEEP_RELEASES", "2")
    for day in range(1, 5):
        make_release(f"2026030{day}T000000", day)
    assert [p.stem for p in publish.releases()] == ["20260304T000000", "20260303T000000"]


def test_rollback_goes_back_one_release_at_a_time() -> None:
    with pytest.raises(LookupError):
        publish.rollback()
    for day in (1, 2, 3):
        make_release(f"2026030{day}T000000", day)
    assert publish.rollback().stem == "20260302T000000"
    assert _value() == 2
    assert publish.rollback().stem == "20260301T000000"
    with pytest.raises(LookupError):
        publish.rollback()
    assert _value() == 1


def test_the_release_in_use_is_not_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_KEEP_RELEASES", "1")
    make_release("20260305T000000", 5)
    older = make_release("20260301T000000", 1)  # as after a clock that was set back
    assert warehouse.current_release() == older
    assert _value() == 1


def test_the_data_folder_may_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_release("20260301T000000", 7)
    moved = tmp_path / "moved"
    os.rename(settings().root, moved)
    monkeypatch.setenv("PULSE_DATA_DIR", str(moved))
    assert _value() == 7


def test_a_build_without_marts_is_not_published() -> None:
    make_release("20260301T000000", 1)
    with pytest.raises(publish.AuditFailed, match="no marts"):
        publish.publish(make_build(with_marts=False), "20260302T000000")
    assert _value() == 1


@pytest.mark.parametrize("damage", ["cut", "flipped", "overwritten", "empty", "text"])
def test_a_damaged_build_is_not_published(damage: str) -> None:
    make_release("20260301T000000", 1)
    build = make_build(2, rows=60_000)
    data = bytearray(build.read_bytes())
    if damage == "cut":
        data = data[: len(data) // 2]
    elif damage == "flipped":
        for at in range(12288 + 5000, len(data), 100_000):
            data[at] ^= 0xFF
    elif damage == "overwritten":
        data[20_000:] = bytes(len(data) - 20_000)
    elif damage == "empty":
        data = bytearray()
    else:
        data = bytearray(b"this is no database" * 1000)
    build.write_bytes(data)
    with pytest.raises(publish.AuditFailed):
        publish.publish(build, "20260302T000000")
    assert _value() == 1
    assert [p.stem for p in publish.releases()] == ["20260301T000000"]


@pytest.mark.parametrize("point", ["_sync", "_point_to", "_prune"])
def test_killed_at_any_moment_readers_have_a_whole_release(monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise Killed

    make_release("20260301T000000", 1)
    with monkeypatch.context() as kill:
        kill.setattr(publish, point, killed)
        with pytest.raises(Killed):
            make_release("20260302T000000", 2)
    assert _value() == (2 if point == "_prune" else 1)
    (settings().build / "build.duckdb").unlink(missing_ok=True)
    make_release("20260303T000000", 3)
    assert _value() == 3


def test_a_link_to_a_release_that_is_gone_is_no_release() -> None:
    first = make_release("20260301T000000", 1)
    make_release("20260302T000000", 2).unlink()
    assert warehouse.current_release() is None
    assert publish.rollback() == first
    assert _value() == 1
