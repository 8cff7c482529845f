"""The landing folder: a file's place names its account, one bad file never stops another, and refused files get another chance."""

from __future__ import annotations

import json
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from pipelines import lake
from pipelines.ingest import landing
from pipelines.ingest.spec import broken_specs, platforms
from pipelines.settings import settings
from tests.unit.ingest.made_up import HEADER, ROW, csv_text, write_csv

XHS = ["笔记标题", "首次发布时间", "体裁", "曝光", "观看量", "点赞"]
NOTE = ["好物", "2026年03月01日10时00分00秒", "图文", "900", "100", "9"]


def _land(relative: str, rows: list[list[Any]] | None = None) -> Path:
    path = settings().landing / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(csv_text(rows or [XHS, NOTE]), encoding="utf-8", newline="")
    return path


def _own_format(**changes: Any) -> Path:
    spec = {
        "format_id": "madeup.posts",
        "platform": "madeup",
        "label_zh": "虚构",
        "label_en": "Made up",
        "entity": "post_snapshots",
        "header": {"required": ["标题", "发布时间", "播放量"]},
        "columns": [
            {"to": "title", "from": "标题"},
            {"to": "published_at", "from": "发布时间", "type": "datetime"},
            {"to": "view_count", "from": "播放量", "type": "count"},
        ],
        "natural_key": ["title", "published_at"],
        **changes,
    }
    settings().user_formats.mkdir(parents=True, exist_ok=True)
    path = settings().user_formats / "madeup.yaml"
    path.write_text(yaml.safe_dump(spec, allow_unicode=True), encoding="utf-8")
    return path


def test_nothing_has_landed() -> None:
    assert landing.landing_files() == []
    assert landing.take_in_landing() == landing.Intake()


@pytest.mark.parametrize(
    ("relative", "account_key"),
    [
        ("n.csv", "xiaohongshu:main"),
        ("品牌/n.csv", "xiaohongshu:品牌"),
        ("xiaohongshu/品牌/n.csv", "xiaohongshu:品牌"),
        ("xiaohongshu/n.csv", "xiaohongshu:main"),
        ("xiaohongshu/品牌/2026/03/n.csv", "xiaohongshu:品牌"),
        ("douyin/品牌/n.csv", "xiaohongshu:品牌"),  # the file knows its platform better than the folder
    ],
)
def test_a_files_place_names_its_account(relative: str, account_key: str) -> None:
    _land(relative)
    (manifest,) = landing.take_in_landing().loaded
    assert manifest["account_key"] == account_key


def test_files_that_nobody_meant_are_left_out() -> None:
    for name in (".DS_Store", "~$notes.xlsx", "Thumbs.db", "desktop.ini", "README.md", "a.csv.part", "b.crdownload", "c.tmp", ".git/x.csv"):
        _land(name)
    target = _land("real.csv")
    (settings().landing / "link.csv").symlink_to(target)
    assert landing.landing_files() == [target]


def test_a_second_pass_does_nothing() -> None:
    _land("a.csv")
    _land("bad.csv", [["unbekannt", "x"], ["1", "2"]])
    first = landing.take_in_landing()
    assert (len(first.loaded), len(first.quarantined), first.known) == (1, 1, 0)
    assert landing.pending_files() == []
    second = landing.take_in_landing()
    assert (second.loaded, second.quarantined, second.known) == ([], [], 2)


def test_copies_leave_landing_when_they_are_in_the_lake_and_what_a_person_put_there_stays(tmp_path: Path) -> None:
    own = _land("小店/own.csv")
    given = write_csv(tmp_path, [XHS, ["另一篇", *NOTE[1:]]], name="given.csv")
    bad = write_csv(tmp_path, [["unbekannt", "x"], ["1", "2"]], name="bad.csv")
    copies = [landing.place(path, None, "小店", None) for path in (given, bad)]
    loaded = landing.take_in_landing().loaded
    assert [own.exists(), *(path.exists() for path in copies)] == [True, False, True]
    sha256 = next(m["sha256"] for m in loaded if m["source_name"] == "given.csv")
    assert (settings().archive / sha256[:2] / sha256).read_bytes() == given.read_bytes()
    assert [p.name for p in own.parent.iterdir() if p.name.startswith("given")] == []


def test_a_copy_that_is_written_to_meanwhile_is_not_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = _land("a.csv").rename(tmp_path / "a.csv")
    path = landing.place(given, None, None, None)
    take_in = landing.take_in

    def take_in_while_it_grows(*arguments: Any) -> Any:
        outcome = take_in(*arguments)
        with path.open("a") as stream:
            stream.write("\n")
        return outcome

    monkeypatch.setattr(landing, "take_in", take_in_while_it_grows)
    landing.take_in_landing()
    assert path.exists()


def test_fresh_files_settle_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    now = int(time.time())
    monkeypatch.setenv("PULSE_SETTLE_SECONDS", "30")
    monkeypatch.setattr(landing, "time", SimpleNamespace(time=lambda: now, sleep=waited.append))  # a clock that stands still
    path = _land("a.csv")
    os.utime(path, (now - 10, now - 10))
    landing.take_in_landing()
    assert waited == [20]


def test_a_copy_or_a_touched_file_is_known() -> None:
    path = _land("a.csv")
    content = path.read_bytes()
    landing.take_in_landing()
    path.write_bytes(content)
    os.utime(path, (1, 1))
    shutil.copy(path, path.with_name("copy.csv"))
    assert len(landing.pending_files()) == 2
    intake = landing.take_in_landing()
    assert (intake.loaded, intake.known) == ([], 2)
    assert len(lake.manifests()) == 1


@pytest.mark.parametrize("damage", ["", "{", "not json"])
def test_the_memory_of_earlier_passes_is_only_a_cache(damage: str) -> None:
    _land("a.csv")
    landing.take_in_landing()
    (settings().lake / "landing_index.json").write_text(damage)
    assert (landing.take_in_landing().known, len(lake.manifests())) == (1, 1)


def test_a_refused_file_leaves_a_note_and_its_bytes() -> None:
    path = _land("xiaohongshu/a/bad.csv", [["笔记标题", "观看量", "热度"], ["x", "1", "2"]])
    (note,) = landing.take_in_landing().quarantined
    assert note["reason_code"] == "unknown_format"
    assert note["nearest_format"] == "xiaohongshu.notes"
    assert note["missing_headers"] == ["首次发布时间"]
    assert note["unexpected_headers"] == ["热度"]
    assert landing.quarantined_files() == [note]
    assert (settings().quarantine / note["sha256"][:16] / "original").read_bytes() == path.read_bytes()
    assert path.exists()


def test_a_format_that_appears_lets_a_refused_file_in() -> None:
    _land("a/b.csv", [HEADER, ROW])
    assert len(landing.take_in_landing().quarantined) == 1
    _own_format()
    assert len(landing.pending_files()) == 1
    (manifest,) = landing.take_in_landing().loaded
    assert manifest["account_key"] == "madeup:a"
    assert landing.quarantined_files() == []


def test_one_bad_file_never_stops_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.csv", "z.csv"):
        _land(name, [XHS, [name, *NOTE[1:]]])
    bad: dict[str, bytes] = {
        "b_empty.csv": b"",
        "c_zip.xlsx": b"PK\x03\x04 broken",
        "d_ole.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000),
        "e_binary.csv": bytes(range(256)) * 10,
        "f_login.csv": "<html><body>登录</body></html>".encode(),
        "g_error.csv": b'{"errcode": 1}',
        "h_header.csv": ",".join(XHS).encode(),
        "i_latin.csv": "Öl;Übung\n".encode("latin-1"),
        "j_json.json": b"{" * 1000,
        "k_mojibake.csv": "锟斤拷,锟斤拷\n".encode(),
    }
    for name, content in bad.items():
        (settings().landing / name).write_bytes(content)
    real = landing.take_in

    def sometimes_gone(path: Path, *rest: Any) -> Any:
        if path.name == "y_gone.csv":
            path.unlink()
        return real(path, *rest)

    _land("y_gone.csv")
    monkeypatch.setattr(landing, "take_in", sometimes_gone)
    intake = landing.take_in_landing()
    assert [m["source_name"] for m in intake.loaded] == ["a.csv", "z.csv"]
    assert {note["source_name"] for note in intake.quarantined} == {*bad, "y_gone.csv"}
    assert all(note["message"].endswith((".", "。")) or "data/formats" in note["message"] for note in intake.quarantined)


def test_a_full_disk_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the pass fails, and the file is taken in the next time."""
    _land("a.csv")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("pipelines.lake.write_parquet", full)
        with pytest.raises(OSError, match="No space"):
            landing.take_in_landing()
    assert landing.quarantined_files() == []
    assert len(landing.take_in_landing().loaded) == 1


def test_placing_a_file_keeps_its_time_and_never_overwrites(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [XHS, NOTE], name="n.csv")
    os.utime(path, (1_772_000_000, 1_772_000_000))
    told = datetime(2026, 3, 5, tzinfo=UTC)
    first = landing.place(path, "xiaohongshu", "a", None)
    assert landing.place(path, "xiaohongshu", "a", None) == first
    assert first.stat().st_mtime == 1_772_000_000
    write_csv(tmp_path, [XHS, ["neu", *NOTE[1:]]], name="n.csv")
    second = landing.place(path, "xiaohongshu", "a", told)
    assert second != first
    assert second.parent == first.parent
    loaded = {m["source_name"]: m for m in landing.take_in_landing().loaded}
    assert loaded[first.name]["captured_at_basis"] == "file_time"
    assert datetime.fromisoformat(loaded[second.name]["captured_at"]) == told
    assert loaded[second.name]["operator"] == "cli"


def test_a_broken_side_file_is_named() -> None:
    path = _land("a.csv")
    side = path.with_name("a.csv.pulse.json")
    for content in ("{", "[]", json.dumps({"captured_at": "morgen"})):
        side.write_text(content)
        (note,) = landing.take_in_landing().quarantined
        assert note["reason_code"] == "side_file"
    side.unlink()
    assert len(landing.take_in_landing().loaded) == 1


def test_file_names_in_any_encoding_are_taken_in() -> None:
    _land("好物.csv")
    odd = _land("x.csv", [XHS, ["b", *NOTE[1:]]])
    odd.rename(odd.with_name("笔记.csv".encode("gbk").decode("utf-8", "surrogateescape")))
    bad = _land("y.csv", [["q", "w"], ["1", "2"]])
    bad.rename(bad.with_name("坏.csv".encode("gbk").decode("utf-8", "surrogateescape")))
    intake = landing.take_in_landing()
    assert {m["source_name"] for m in intake.loaded} == {"好物.csv", "笔记.csv"}
    assert [note["source_name"] for note in intake.quarantined] == ["坏.csv"]
    assert landing.pending_files() == []


@pytest.mark.parametrize("content", ["", "just text", "format_id: [", "format_id: x.y\nplatform: x\n", "\xff\xfe"])
def test_a_broken_format_of_the_user_is_reported_and_not_in_the_way(content: str) -> None:
    path = _own_format()
    path.write_text(content, encoding="latin-1")
    folder = settings().user_formats / "mine"
    folder.mkdir()
    (folder / "platform.yaml").write_text(content, encoding="latin-1")
    _land("a.csv")
    assert len(landing.take_in_landing().loaded) == 1
    assert set(broken_specs()) == {path, folder / "platform.yaml"}
    assert "mine" not in platforms()


def test_files_under_folders_and_names() -> None:
    one, two = _land("a/one.csv"), _land("a/b/two.csv")
    _land("a/.hidden.csv")
    assert list(landing.files_under([settings().landing / "a"])) == [two, one]
    assert list(landing.files_under([one])) == [one]
