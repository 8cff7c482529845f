"""TikTok, X video and YouTube's other files: exact values and accounting, on files in their writers' shape."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.platforms.exports import accounting, refusal, take, values, write_text, write_xlsx

NEW_YEAR = datetime(2026, 1, 10, 4, 0, tzinfo=UTC)
LINK = "https://www.tiktok.com/@teahouse/video/7412345678901234567"


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_DATA_DIR", str(tmp_path / "data"))


def test_tiktok_days_get_the_year_of_the_export(tmp_path: Path) -> None:
    header = ["Video title", "Video link", "Post time", "Total likes", "Total comments", "Total shares", "Total views"]
    header += ["Total play time", "Average watch time", "Watched full video", "Add to favorites"]
    rows: list[list[Any]] = [
        ["Cold brew", LINK, "23 August", "1.2K", "8", "3", "15,300", "10:05", "0:12", "38%", "40"],
        ["新年", LINK[:-1] + "8", "1月5日", "0", "0", "0", "7", "", "", "", ""],
        ["Gone", "https://www.tiktok.com/@teahouse", "24 August", "1", "1", "1", "1", "", "", "", ""],
    ]
    found = take(write_xlsx(tmp_path / "Content.xlsx", {"Content": [header, *rows]}), exported=NEW_YEAR)
    assert accounting(found) == ("tiktok.content", 2, 0, 1)
    columns = ["platform_post_id", "published_date", "published_precision", "content_type", "like_count", "view_count", "share_count"]
    assert values(found, "post_snapshots", *columns) == [
        ("7412345678901234567", date(2025, 8, 23), "day", "short_video", 1200, 15300, 3),
        ("7412345678901234568", date(2026, 1, 5), "day", "short_video", 0, 7, 0),
    ]
    columns = ["save_count", "watch_seconds", "average_watch_seconds", "completion_rate", "approximate_columns"]
    assert values(found, "post_snapshots", *columns) == [(40, 605.0, 12.0, 0.38, ["like_count"]), (None, None, None, None, None)]
    assert found.rejects.select("reason_code", "column_name").rows() == [("missing_value", "Video link")]


def test_tiktoks_newer_header_has_the_second(tmp_path: Path) -> None:
    header = ["Video title", "Video link", "Post time", "Video views", "Likes", "Comments", "Shares", "Add to Favorites"]
    photo = LINK.replace("/video/", "/photo/")
    rows = [
        ["a", LINK, "2025/10/31 18:19:10", "172353", "1774", "42", "413", "180"],
        ["b", photo[:-1] + "9", "2025/11/01 08:00:00", *"12345"],
    ]
    found = take(write_text(tmp_path / "c.csv", [header, *rows]))
    assert (accounting(found), found.manifest["format_version"]) == (("tiktok.content", 2, 0, 0), "2025")
    columns = ["published_at", "content_type", "view_count", "like_count", "comment_count", "share_count", "save_count"]
    assert values(found, "post_snapshots", *columns) == [
        (datetime(2025, 10, 31, 18, 19, 10, tzinfo=UTC), "short_video", 172353, 1774, 42, 413, 180),
        (datetime(2025, 11, 1, 8, tzinfo=UTC), "image_text", 1, 2, 3, 4, 5),
    ]


def test_tiktok_overview_knows_what_it_does_not_know(tmp_path: Path) -> None:
    plain = [["Date", "Video Views", "Profile Views", "Likes", "Comments", "Shares"], ["9 January", "715", "25", "26", "7", "4"]]
    found = take(write_text(tmp_path / "o.csv", plain), exported=NEW_YEAR)
    columns = ["business_date", "view_count", "profile_visit_count", "like_count", "comment_count", "share_count", "follower_net_count"]
    assert values(found, "account_days", *columns) == [(date(2026, 1, 9), 715, 25, 26, 7, 4, None)]
    header = [
        "Date",
        "Video views",
        "Reached audience",
        "Profile views",
        "Likes",
        "Shares",
        "Comments",
        "Phone number clicks ",
        "Leads submission",
    ]
    header += ["Net growth", "New followers", "Lost followers"]
    rows = [["2025/10/31", "715", "NAN", "25", "26", "4", "7", "0", "0", "-2", "10", "12"]]
    found = take(write_text(tmp_path / "b.csv", [header, *rows]))
    columns = ["reach_count", "follower_net_count", "follower_gain_count", "follower_loss_count", "is_provisional"]
    assert (accounting(found), found.manifest["format_version"]) == (("tiktok.overview", 1, 0, 0), "business")
    assert values(found, "account_days", *columns) == [(None, -2, 10, 12, True)]
    assert found.manifest["unknown_columns"] == []


def test_tiktok_followers_are_a_level_and_a_change(tmp_path: Path) -> None:
    header = ["Date", "Followers", "Difference in followers from previous day"]
    found = take(write_text(tmp_path / "f.csv", [header, ["8 January", "1,010", "-3"], ["9 January", "1.1K", "90"]]), exported=NEW_YEAR)
    assert accounting(found) == ("tiktok.followers", 2, 0, 0)
    assert values(found, "account_days", "follower_total_count", "follower_net_count", "approximate_columns") == [
        (1010, -3, None),
        (1100, 90, ["follower_total_count"]),
    ]
    header = ["Date", "New followers", "Total followers", "Reached audience", "Engaged audience"]
    found = take(write_text(tmp_path / "a.csv", [header, ["2025/11/01", "100", "--", "75134", "1801"]]))
    columns = ["follower_gain_count", "follower_total_count", "reach_count"]
    assert (accounting(found), values(found, "account_days", *columns)) == (("tiktok.followers", 1, 0, 0), [(100, None, 75134)])
    viewers = take(write_text(tmp_path / "v.csv", [["Date", "Total Viewers"], ["9 January", "55"]]), exported=NEW_YEAR)
    assert values(viewers, "account_days", "business_date", "viewer_count", "view_count") == [(date(2026, 1, 9), 55, None)]


@pytest.mark.parametrize(
    ("header", "rows", "segments"),
    [
        (
            ["Gender", "Distribution"],
            [["Female", "61.5%"], ["Male", "38.5%"]],
            [("gender", "Female", 0.615, None), ("gender", "Male", 0.385, None)],
        ),
        (["Top territories", "Distribution"], [["Bulgaria", "98%"]], [("territory", "Bulgaria", 0.98, None)]),
        (
            ["Date", "Hour", "Active followers"],
            [["9 January", "20", "44"], ["9 January", "21", "50"]],
            [("active_hour", "20", None, 44), ("active_hour", "21", None, 50)],
        ),
    ],
)
def test_tiktok_followers_are_described_by_groups(
    tmp_path: Path, header: list[str], rows: list[list[str]], segments: list[tuple[object, ...]]
) -> None:
    found = take(write_text(tmp_path / "g.csv", [header, *rows]), exported=NEW_YEAR)
    assert accounting(found) == ("tiktok.audience", len(rows), 0, 0)
    assert values(found, "audience_segments", "segment_kind", "segment_value", "people_share_rate", "people_count") == segments


def test_x_video_times_are_milliseconds(tmp_path: Path) -> None:
    header = ["Date", "Views", "Watch Time (ms)", "Completion Rate", "Average Watch Time (ms)", "Estimated Revenue"]
    rows = [["Video overview", "", "", "", "", ""], header, ["Fri, Feb 27, 2026", "120", "1500250", "0.4", "12502", "1.25"]]
    found = take(write_text(tmp_path / "v.csv", rows))
    assert accounting(found) == ("x.videos", 1, 0, 0)
    columns = ["business_date", "view_count", "watch_seconds", "average_watch_seconds", "revenue_amount", "currency", "completion_rate"]
    assert values(found, "account_days", *columns) == [(date(2026, 2, 27), 120, 1500.25, 12.502, 1.25, "USD", None)]
    assert '"0.4"' in values(found, "account_days", "extra")[0][0]


@pytest.mark.parametrize(
    ("header", "row", "format_id"),
    [
        (["Date", "Views"], ["2026-09-01", "9"], "youtube.totals"),
        (
            ["Date", "Content", "Video title", "Video publish time", "Views"],
            ["2026-09-01", " -BO", "Map", "Mar 14, 2022", "0"],
            "youtube.chart",
        ),
    ],
)
def test_the_other_files_of_youtubes_zip_are_refused(tmp_path: Path, header: list[str], row: list[str], format_id: str) -> None:
    problem = refusal(write_text(tmp_path / "t.csv", [header, row], "utf-8"))
    assert (problem.code, problem.nearest_format) == ("look_alike", format_id)
    assert "Table data.csv" in str(problem) and "YouTube 工作室 → 数据分析" in str(problem) and "YouTube Studio → Analytics" in str(problem)
