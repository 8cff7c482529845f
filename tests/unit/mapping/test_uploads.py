"""What somebody uploads never takes the app down, and never decides where it is written."""

from __future__ import annotations

import os
import resource
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.errors import FileProblem
from pipelines.lake import manifests
from pipelines.mapping import uploads
from pipelines.settings import settings
from tests.unit.mapping.bombs import BOMBS, wide


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_gives_a_sentence(name, tmp_path, data_dir):
    found = uploads.detect(BOMBS[name](tmp_path / name))
    assert found["problem"]["code"] in ("too_large", "too_heavy", "broken_workbook", "bad_json")
    assert found["problem"]["message"].endswith(".")


def test_what_a_bomb_may_take_is_limited(tmp_path, data_dir):
    with pytest.raises(FileProblem, match=r"more than 5,000 columns|cannot be read here"):
        uploads.suggest(wide(tmp_path / "wide.csv"))
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2 * 1024**2  # kB, of the largest child


def test_more_bytes_than_the_setting_allows_are_refused_unread(monkeypatch, data_dir):
    monkeypatch.setenv("PULSE_MAX_UPLOAD_MB", "1")
    with pytest.raises(FileProblem, match="more than 1 MB"), uploads.spooled(b"x" * (1024**2 + 1), "a.csv"):
        pass


def test_nothing_of_an_upload_stays_behind(data_dir):
    with uploads.spooled(b"a,b\n1,2\n", "../../a.csv") as path:
        assert path.name == "a.csv" and path.read_bytes() == b"a,b\n1,2\n"
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("作品列表_20260901.xlsx", "作品列表_20260901.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\a.csv", "a.csv"),
        ("/absolute/a.csv", "a.csv"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\x1f.csv", "ab.csv"),
        ("a\u202egnp.csv", "agnp.csv"),
        ("CON", "file_CON"),
        ("nul.csv", "file_nul.csv"),
        (".hidden.csv", "hidden.csv"),
        ("~$locked.xlsx", "locked.xlsx"),
        ('a<b>:"c|?*.csv', "a_b___c___.csv"),
        ("x.csv.tmp", "file_x.csv.tmp.data"),
        ("a.csv.pulse.json", "file_a.csv.pulse.json.data"),
        ("README.md", "file_README.md.data"),
        ("name. ", "name"),
    ],
)
def test_upload_names(name, safe):
    assert uploads.safe_name(name) == safe


@given(st.text(max_size=400))
def test_no_name_leads_anywhere(name):
    safe = uploads.safe_name(name)
    assert safe and "/" not in safe and "\\" not in safe and safe not in (".", "..") and not safe.startswith((".", "~$"))
    assert len(safe.encode()) <= 200
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs") for c in safe)
    assert Path("/landing", safe).parent == Path("/landing")


def test_an_account_is_a_folder_of_landing_whatever_it_is_called(unknown_csv, data_dir):
    landed = uploads.place_in_landing(unknown_csv, "weibo", "../../../tmp/测试号", None)
    assert landed == settings().landing / "weibo" / "测试号" / unknown_csv.name


def test_links_out_of_landing_are_refused(unknown_csv, data_dir, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (settings().landing / "weibo").mkdir(parents=True)
    (settings().landing / "weibo" / "link").symlink_to(outside)
    with pytest.raises(ValueError, match="leads out"):
        uploads.place_in_landing(unknown_csv, "weibo", "link", None)
    (settings().landing / "weibo" / "main").mkdir()
    (settings().landing / "weibo" / "main" / unknown_csv.name).symlink_to(outside / "x")
    with pytest.raises(ValueError, match="is a link"):
        uploads.place_in_landing(unknown_csv, "weibo", None, None)
    assert list(outside.iterdir()) == []


def test_a_mapped_file_is_taken_in_once(unknown_csv, data_dir):
    draft = uploads.suggest(unknown_csv, platform="weibo")
    draft.column("发布日期").date_order = "day_first"
    draft.column("互动率").scale = "fraction"
    draft.column("平均播放时长").unit = "seconds"
    draft.name = "ui"
    saved = uploads.save_and_load(unknown_csv, draft, account="测试号")
    assert saved.load["is_new"] and saved.load["manifest"]["rows_loaded"] == 2
    assert not uploads.load(saved.landed)["is_new"]
    assert [m["account_key"] for m in manifests()] == ["weibo:测试号"]
    assert uploads.detect(unknown_csv)["report"]["format_id"] == "weibo.ui"


def test_a_file_of_which_nothing_can_be_read_saves_no_format(unknown_csv, data_dir):
    draft = uploads.suggest(unknown_csv, platform="weibo")
    draft.column("发布日期").formats = ["%Y"]
    draft.column("互动率").scale = "fraction"
    draft.column("平均播放时长").unit = "seconds"
    with pytest.raises(FileProblem, match="No row"):
        uploads.save_and_load(unknown_csv, draft)
    assert not settings().user_formats.exists() and not settings().landing.exists()


def test_while_another_run_works_the_file_waits_in_landing(unknown_csv, data_dir, monkeypatch):
    from pipelines.lock import writer_lock
    from pipelines.mapping import jobs

    monkeypatch.setattr(jobs, "WAIT_SECONDS", 0)
    landed = uploads.place_in_landing(unknown_csv, "weibo", None, None)
    with writer_lock("a test"):
        assert f"a test (process {os.getpid()})" in jobs.load(str(landed))["busy"]
    assert landed.exists()
