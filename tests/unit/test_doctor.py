"""`pulse doctor` finds what is wrong with an install and says how to mend it; a fresh one is well."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from pipelines import doctor
from pipelines.settings import settings

pytestmark = pytest.mark.usefixtures("data_dir")
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def _found(check: str, now: datetime = NOW) -> tuple[str, str]:
    findings = [f for f in doctor.examine(now) if f.check == check]
    assert findings, f"no finding of '{check}'"
    assert all(bool(f.mend) == (f.level != "ok") for f in findings), "every problem says how to mend it"
    return findings[0].level, findings[0].message


def _load(load_id: str, at: datetime) -> None:
    folder = settings().lake / "loads"
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        "load_id": load_id,
        "loaded_at": at.isoformat(),
        "captured_at": at.isoformat(),
        "account_key": "douyin:小店",
        "format_id": "douyin.works",
        "kind": "export",
        "platform": "douyin",
        "files": {},
    }
    (folder / f"{load_id}.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_a_fresh_install_has_no_problem() -> None:
    assert {f.level for f in doctor.examine(NOW)} <= {"ok", "warning"}
    assert _found("release") == ("warning", "nothing is published yet")


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil._ntuple_diskusage(10**9, 10**9 - 10**6, 10**6)  # type: ignore[attr-defined]
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    assert _found("disk")[0] == "problem"


def test_a_clock_that_was_set_back() -> None:
    _load("a", NOW + timedelta(hours=3))
    assert _found("clock")[0] == "problem"
    assert _found("clock", NOW + timedelta(hours=4))[0] == "ok"


def test_a_source_that_has_gone_silent() -> None:
    for day in (1, 2, 3):
        _load(f"d{day}", datetime(2026, 11, day, 2, tzinfo=UTC))
    assert _found("sources", datetime(2026, 11, 5, tzinfo=UTC))[0] == "ok"
    assert _found("sources") == ("warning", "douyin:小店 (douyin.works): nothing for 20 days, usually every 1")


def test_a_file_in_quarantine_and_a_broken_format() -> None:
    note = settings().quarantine / "abc" / "note.json"
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"source_name": "x.csv", "message": "The file is empty."}), encoding="utf-8")
    settings().user_formats.mkdir(parents=True)
    (settings().user_formats / "own.yaml").write_text("format_id: [", encoding="utf-8")
    assert _found("quarantine") == ("warning", "x.csv: The file is empty.")
    assert _found("formats")[0] == "problem"


def test_secrets_that_others_can_read() -> None:
    settings().key_file.write_text("00", encoding="ascii")
    os.chmod(settings().key_file, 0o600)
    assert _found("secrets")[0] == "ok"
    os.chmod(settings().key_file, 0o644)
    assert _found("secrets") == ("problem", "pseudonym.key can be read by others")


def test_next_year_s_holidays_are_missed_in_time() -> None:
    assert _found("holidays", datetime(2026, 11, 1, tzinfo=UTC))[0] == "ok"
    assert _found("holidays", datetime(2035, 12, 2, tzinfo=UTC))[0] == "warning"
