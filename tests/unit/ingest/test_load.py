"""A file becomes one load package: once, with an honest capture time, whole or not at all."""

from __future__ import annotations

import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines import lake
from pipelines.ingest.errors import FileProblem
from pipelines.ingest.load import Catalogue, Hints, take_in
from pipelines.settings import settings
from tests.unit.ingest.made_up import HEADER, PLATFORM, ROW, posts_spec, read, table, write_csv, write_xlsx


def _take(path: Path, spec: Any = None, **hints: Any) -> tuple[dict[str, Any], bool]:
    return take_in(path, Hints(**hints), Catalogue(specs=[spec or posts_spec()], platforms={"madeup": PLATFORM}))


def test_the_same_file_twice_is_one_load(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [HEADER, ROW])
    first, is_new = _take(path)
    again, is_new_again = _take(path)
    copied, is_new_as_copy = _take(write_csv(tmp_path, [HEADER, ROW], name="copy of export.csv"))
    assert (is_new, is_new_again, is_new_as_copy) == (True, False, False)
    assert first["load_id"] == again["load_id"] == copied["load_id"]
    assert len(lake.manifests()) == 1


def test_other_bytes_another_account_or_another_format_are_another_load(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [HEADER, ROW])
    loads = {
        _take(path)[0]["load_id"],
        _take(path, account="another")[0]["load_id"],
        _take(path, posts_spec(version="2"))[0]["load_id"],
        _take(write_csv(tmp_path, [HEADER, [*ROW[:5], "8.6"]], name="b.csv"))[0]["load_id"],
    }
    assert len(loads) == len(lake.manifests()) == 4


def test_the_original_is_kept_under_its_hash(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [HEADER, ROW])
    manifest, _ = _take(path)
    kept = settings().archive / manifest["sha256"][:2] / manifest["sha256"]
    assert kept.read_bytes() == path.read_bytes()
    assert manifest["byte_count"] == path.stat().st_size


def test_what_a_manifest_says(tmp_path: Path) -> None:
    manifest, _ = _take(write_csv(tmp_path, [["报表"], HEADER, ROW, ROW, ["x", "x", "x"]]), account="品牌", operator="cli")
    said = {
        "platform": "madeup",
        "account_key": "madeup:品牌",
        "format_id": "madeup.posts",
        "entity": "post_snapshots",
        "encoding": "utf-8",
        "header_row": 2,
        "rows_in": 3,
        "rows_loaded": 1,
        "rows_duplicate": 1,
        "rows_rejected": 1,
        "source_name": "export.csv",
        "captured_at_basis": "file_time",
        "is_owned": True,
        "operator": "cli",
    }
    assert {key: manifest[key] for key in said} == said


def _captured(path: Path, **hints: Any) -> tuple[datetime, str]:
    manifest = read(path, posts_spec(file_name=r"_(?:(?P<captured_epoch>\d{10})|(?P<captured_date>\d{8}))"), **hints).manifest
    return datetime.fromisoformat(manifest["captured_at"]), manifest["captured_at_basis"]


def test_capture_time_by_its_basis(tmp_path: Path) -> None:
    """Operator, then file name, then the workbook's own time, then the file's."""
    plain = write_csv(tmp_path, [HEADER, ROW])
    os.utime(plain, (1_772_000_000, 1_772_000_000))
    file_time = datetime.fromtimestamp(1_772_000_000, UTC)
    assert _captured(plain) == (file_time, "file_time")
    told = datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert _captured(plain, captured_at=told) == (told, "operator")
    epoch = write_csv(tmp_path, [HEADER, ROW], name="total_1772100000.csv")
    assert _captured(epoch) == (datetime.fromtimestamp(1_772_100_000, UTC), "file_name")
    day = write_csv(tmp_path, [HEADER, ROW], name="list_20260225.csv")
    os.utime(day, (1_772_000_000, 1_772_000_000))  # that very day in Shanghai: the file's time is finer
    assert _captured(day) == (file_time, "file_name")
    os.utime(day, (1_775_000_000, 1_775_000_000))
    assert _captured(day) == (datetime(2026, 2, 25, 15, 59, 59, tzinfo=UTC), "file_name")
    assert _captured(epoch, captured_at=told)[1] == "operator"


@pytest.mark.parametrize(
    ("created", "basis"),
    [
        ("2026-02-01T08:00:00Z", "workbook"),
        ("2026-02-01T16:00:00+08:00", "workbook"),
        ("2006-09-16T00:00:00Z", "file_time"),
        ("soon", "file_time"),
    ],
)
def test_a_workbook_knows_when_it_was_made_unless_it_shows_a_template(tmp_path: Path, created: str, basis: str) -> None:
    path = write_xlsx(tmp_path, {"S": [HEADER, ROW]})
    changed = tmp_path / "changed.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for member in old.namelist():
            if member != "docProps/core.xml":
                new.writestr(member, old.read(member))
        new.writestr("docProps/core.xml", f'<c xmlns:dcterms="d"><dcterms:created xsi:type="x">{created}</dcterms:created></c>')
    captured, found = _captured(changed)
    assert found == basis
    assert basis == "file_time" or captured == datetime(2026, 2, 1, 8, tzinfo=UTC)


def test_a_capture_in_the_future_is_a_warning(tmp_path: Path) -> None:
    loaded = read(write_csv(tmp_path, [HEADER, ROW]), captured_at=datetime.now(UTC) + timedelta(days=3))
    assert any("captured_in_future" in warning for warning in loaded.manifest["warnings"])


def test_a_file_as_long_as_the_platforms_cap_may_be_truncated(tmp_path: Path) -> None:
    rows = [HEADER, *[[f"{i}", *ROW[1:]] for i in range(5)]]
    assert any("truncated" in w for w in read(write_csv(tmp_path, rows), posts_spec(max_rows=5)).manifest["warnings"])
    assert read(write_csv(tmp_path, rows), posts_spec(max_rows=6)).manifest["warnings"] == []


def test_windows_come_from_the_file_name(tmp_path: Path) -> None:
    spec = posts_spec(window="range", file_name=r"_(?P<window_start>\d{4}-\d{2}-\d{2})_(?P<window_end>\d{4}-\d{2}-\d{2})")
    row = table(read(write_csv(tmp_path, [HEADER, ROW], name="x_2026-01-01_2026-01-31.csv"), spec)).row(0, named=True)
    assert (row["window_kind"], str(row["window_start"]), str(row["window_end"])) == ("range", "2026-01-01", "2026-01-31")
    unnamed = table(read(write_csv(tmp_path, [HEADER, ROW], name="x.csv"), spec)).row(0, named=True)
    assert (unnamed["window_kind"], unnamed["window_start"]) == ("range", None)
    with pytest.raises(FileProblem) as caught:
        read(write_csv(tmp_path, [HEADER, ROW], name="x_2026-13-01_2026-01-31.csv"), spec)
    assert caught.value.code == "file_name"


def test_rows_carry_their_load(tmp_path: Path) -> None:
    loaded = read(write_csv(tmp_path, [HEADER, ROW]), account="a")
    row = table(loaded).row(0, named=True)
    assert row["load_id"] == loaded.manifest["load_id"]
    assert row["captured_at"] == datetime.fromisoformat(loaded.manifest["captured_at"])
    assert (row["platform"], row["account_key"], row["window_kind"], row["is_owned"]) == ("madeup", "madeup:a", "lifetime", True)


class Killed(BaseException):
    """What a kill is to the process: nothing after it runs."""


@pytest.mark.parametrize("point", ["archive", "first table", "rejects", "manifest"])
def test_killed_at_any_moment_a_load_is_not_there_and_comes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    path = write_csv(tmp_path, [HEADER, ROW, ["b", "bad"]])
    real_replace = os.replace
    stops = {"first table": "post_snapshots", "rejects": "rejects", "manifest": "loads"}

    def replace(source: Any, target: Any) -> None:
        if Path(target).parent.name == stops.get(point):
            raise Killed
        real_replace(source, target)

    def no_archive(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as kill:
        if point == "archive":
            kill.setattr("pipelines.ingest.load.archive", no_archive)
        else:
            kill.setattr("pipelines.lake.os.replace", replace)
        with pytest.raises(Killed):
            _take(path)
    assert lake.manifests() == []
    manifest, is_new = _take(path)
    assert is_new
    assert [m["load_id"] for m in lake.manifests()] == [manifest["load_id"]]
    assert lake.rows("post_snapshots", lake.manifests(), 10)["title"].to_list() == [ROW[0]]


def test_an_error_within_one_file_is_a_problem_of_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise LookupError("no such column")

    monkeypatch.setattr("pipelines.ingest.load.parse_blocks", broken)
    with pytest.raises(FileProblem) as caught:
        _take(write_csv(tmp_path, [HEADER, ROW]))
    assert caught.value.code == "unreadable"
    assert "no such column" in caught.value.message
