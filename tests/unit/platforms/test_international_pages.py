"""Pages of LinkedIn, Facebook and Instagram, and Meta's advertising: exact values and accounting, on files in their writers' shape."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from tests.unit.platforms.exports import Rows, accounting, everything, refusal, take, values, write_text, write_xls, write_xlsx

KINDS = ("organic", "sponsored", "total")
METRICS = ["Date", *[f"Impressions ({k})" for k in KINDS], "Unique impressions (organic)"]
METRICS += [f"{name} ({k})" for name in ("Clicks", "Reactions", "Comments", "Reposts", "Engagement rate") for k in KINDS]
POSTS = ["Post title", "Post link", "Post type", "Campaign name", "Posted by", "Created date", "Campaign start date", "Campaign end date"]
POSTS += [
    "Audience",
    "Impressions",
    "Views",
    "Offsite Views",
    "Clicks",
    "Click through rate (CTR)",
    "Likes",
    "Comments",
    "Reposts",
    "Follows",
]
POSTS += ["Engagement rate", "Content Type"]
NAME = "tea-house_content_1790568000000"


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_DATA_DIR", str(tmp_path / "data"))


def _content() -> dict[str, Rows]:
    days = [
        ["09/25/2026", 900, 100, 1000, 700, 30, 5, 35, 20, 1, 21, 4, 0, 4, 3, 0, 3, 0.06333, 0.06, 0.063],
        ["09/26/2026", 50, 0, 50, 41, 2, 0, 2, -1, 0, -1, 0, 0, 0, 0, 0, 0, 0.02, 0, 0.02],
    ]
    link = "https://www.linkedin.com/feed/update/urn:li:"
    first = [1200, 300, 12, 40, 0.0333, 25, 4, 3, 2, 0.0617, "Video"]
    second = [80, "", "", 1, 0.0125, 1, 0, 0, 0, 0.025, "Image"]
    dates = ["09/21/2026", "09/21/2026", "09/30/2026"]
    posts = [
        ["Spring tea\nis here", f"{link}activity:7240000000000000001", "Organic", "", "Wei Example", "09/20/2026", "", "", "All", *first],
        ["Opening", f"{link}ugcPost:7240000000000000002", "Sponsored", "Autumn", "Wei Example", *dates, "", *second],
        ["No link", "https://www.linkedin.com/feed/", "Organic", "", "", "09/22/2026", "", "", "", *first],
    ]
    return {
        "Metrics": [["Aggregated engagement metrics for your organic and sponsored posts."], METRICS, *days],
        "All posts": [["Engagement metrics for individual posts created in the time range."], POSTS, *posts],
    }


@pytest.mark.parametrize("kind", ["xls", "xlsx"])
def test_linkedin_content_has_days_and_posts(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"{NAME}.{kind}"
    found = take((write_xls if kind == "xls" else write_xlsx)(path, _content()))
    assert accounting(found) == ("linkedin.content", 4, 0, 1)
    columns = ["business_date", "impression_count", "reach_count", "link_click_count", "like_count", "comment_count", "repost_count"]
    assert values(found, "account_days", *columns, "engagement_reported_rate", "is_provisional") == [
        (date(2026, 9, 25), 1000, 700, 35, 21, 4, 3, 0.063, False),
        (date(2026, 9, 26), 50, 41, 2, -1, 0, 0, 0.02, True),
    ]
    columns = ["platform_post_id", "published_date", "content_type", "campaign_key", "impression_count", "view_count", "like_count"]
    assert values(found, "post_snapshots", *columns, "repost_count", "follower_gain_count", "engagement_reported_rate") == [
        ("7240000000000000001", date(2026, 9, 20), "long_video", None, 1200, 300, 25, 3, 2, 0.0617),
        ("7240000000000000002", date(2026, 9, 21), "image_text", "Autumn", 80, None, 1, 0, 0, 0.025),
    ]
    assert values(found, "post_snapshots", "title", "published_precision")[0] == ("Spring tea\nis here", "day")
    assert found.rejects.select("reason_code", "column_name").rows() == [("missing_value", "Post link")]
    assert "Wei Example" not in everything(found)
    assert found.manifest["unknown_columns"] == []


def test_linkedins_file_name_is_the_time_of_capture(tmp_path: Path) -> None:
    from pipelines.ingest.load import Catalogue, Hints, prepare

    found = prepare(write_xlsx(tmp_path / f"{NAME}.xlsx", _content()), Hints(), Catalogue())
    assert (found.manifest["captured_at"], found.manifest["captured_at_basis"]) == (
        datetime.fromtimestamp(1_790_568_000, UTC).isoformat(),
        "file_name",
    )


def test_linkedins_total_followers_are_gains(tmp_path: Path) -> None:
    header = ["Date", "Sponsored followers", "Organic followers", "Auto-invited followers", "Total followers"]
    sheets: dict[str, Rows] = {
        "New followers": [header, ["09/25/2026", 1, 5, 2, 8], ["09/26/2026", 0, 0, 0, 0]],
        "Location": [["Location", "Total followers"], ["Shanghai City, China", 310], ["Greater London", 12]],
        "Company size": [["Company size", "Total followers"], ["11-50", 40]],
    }
    found = take(write_xls(tmp_path / "tea_followers_1790568000000.xls", sheets))
    assert accounting(found) == ("linkedin.followers", 5, 0, 0)
    assert values(found, "account_days", "follower_gain_count", "follower_total_count") == [(8, None), (0, None)]
    assert values(found, "audience_segments", "segment_kind", "segment_value", "people_count") == [
        ("location", "Shanghai City, China", 310),
        ("location", "Greater London", 12),
        ("company_size", "11-50", 40),
    ]


def test_linkedin_visitors_are_visits_to_the_profile(tmp_path: Path) -> None:
    header = ["Date", "Overview page views (total)", "Jobs page views (total)", "Total page views (total)", "Total unique visitors (total)"]
    found = take(write_xlsx(tmp_path / "v.xlsx", {"Visitor metrics": [header, ["09/25/2026", 20, 4, 24, 18]]}))
    assert accounting(found) == ("linkedin.visitors", 1, 0, 0)
    assert values(found, "account_days", "business_date", "profile_visit_count", "viewer_count") == [(date(2026, 9, 25), 24, None)]
    assert found.manifest["unknown_columns"] == ["Jobs page views (total)"]


def _page_day(tmp_path: Path, metric: str, name: str = "Views.csv") -> Path:
    rows = [["Date", "Primary"], ["2026-09-25T00:00:00", "67753"], ["2026-09-26T01:00:00", "12,400"]]
    return write_text(tmp_path / name, rows, "utf-16", f'sep=,\r\n"{metric}"\r\n', quoting=1)


@pytest.mark.parametrize(
    ("metric", "column"),
    [
        ("Views", "view_count"),
        ("Viewers", "viewer_count"),
        ("Reach", "reach_count"),
        ("Facebook reach", "reach_count"),
        ("Follows", "follower_gain_count"),
        ("Facebook follows", "follower_gain_count"),
        ("Content interactions", "engagement_count"),
        ("Facebook link clicks", "link_click_count"),
        ("Facebook visits", "profile_visit_count"),
    ],
)
def test_metas_daily_file_is_the_figure_it_names(tmp_path: Path, metric: str, column: str) -> None:
    found = take(_page_day(tmp_path, metric))
    assert accounting(found) == ("facebook.page_days", 2, 0, 0)
    assert values(found, "account_days", "business_date", column, "is_provisional") == [
        (date(2026, 9, 25), 67753, False),
        (date(2026, 9, 26), 12400, True),
    ]
    figures = found.tables["account_days"].select(pl.selectors.ends_with("_count"))
    assert [c for c in figures.columns if figures[c].null_count() == 0] == [column]


@pytest.mark.parametrize(
    ("metric", "column"),
    [
        ("Instagram follows", "follower_gain_count"),
        ("Instagram link clicks", "link_click_count"),
        ("Instagram profile visits", "profile_visit_count"),
    ],
)
def test_a_daily_file_that_says_instagram_is_instagrams(tmp_path: Path, metric: str, column: str) -> None:
    found = take(_page_day(tmp_path, metric))
    assert accounting(found)[0] == "instagram.profile_days"
    assert values(found, "account_days", "account_key", column)[0] == ("instagram:main", 67753)


def test_the_folder_decides_whose_views_they_are(tmp_path: Path) -> None:
    found = take(_page_day(tmp_path, "Views"), account="tea", platform="instagram")
    assert values(found, "account_days", "platform", "account_key", "view_count")[0] == ("instagram", "instagram:tea", 67753)


def test_a_daily_file_saved_again_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    rows = [["Facebook visits", ""], ["Date", "Primary"], ["2026-09-25T00:00:00", "247"]]
    found = take(write_text(tmp_path / "Visits.csv", rows, "utf-8", delimiter=";"))
    assert (accounting(found), values(found, "account_days", "profile_visit_count")) == (("facebook.page_days", 1, 0, 0), [(247,)])


def test_an_unknown_daily_figure_is_refused_with_the_way_to_a_known_one(tmp_path: Path) -> None:
    problem = refusal(_page_day(tmp_path, "Messaging contacts"))
    assert (problem.code, problem.nearest_format) == ("look_alike", "facebook.other_page_days")
    assert "导出" in str(problem) and "Insights → Results → Export" in str(problem)


def test_video_assets_and_a_members_own_export_are_refused(tmp_path: Path) -> None:
    header = ["Video asset ID", "Universal video ID", "Page ID", "Page name", "Title", "Duration (sec)", "Publish time", "Date", "Reach"]
    problem = refusal(write_text(tmp_path / "v.csv", [header, ["1", "", "2", "Tea", "", "10", "09/01/2026 11:04", "Lifetime", "22"]]))
    assert (problem.code, problem.nearest_format) == ("look_alike", "facebook.videos")
    assert "内容 → 导出数据" in str(problem) and "Content → Export data" in str(problem)
    top = ["Post URL", "Post publish date", "Engagements", "", "Post URL", "Post publish date", "Impressions"]
    sheets: dict[str, Rows] = {
        "DISCOVERY": [["Overall Performance", "x"]],
        "TOP POSTS": [["Maximum of 50 posts"], [], top, ["u", "9/1/2026", 3, "", "u", "9/1/2026", 9]],
    }
    problem = refusal(write_xlsx(tmp_path / "c.xlsx", sheets))
    assert (problem.code, problem.nearest_format) == ("look_alike", "linkedin.personal")
    assert "数据分析 → 内容 → 导出" in str(problem) and "Analytics → Content → Export" in str(problem)


ADS = ["Campaign name", "Campaign ID", "Ad set name", "Ad set ID", "Ad name", "Ad ID", "Reporting starts", "Reporting ends"]
ADS += ["Amount spent (USD)", "Result type", "Results", "Cost per result", "Reach", "Impressions", "Post engagements", "Link clicks"]
ADS += ["Delivery status", "Video plays at 50%"]


def test_an_ads_day_has_its_currency_from_the_header(tmp_path: Path) -> None:
    ids = ["Autumn", "120210000000000001", "Women 25-34", "120210000000000002", "Cup", "120210000000000003"]
    one = [*ids, "2026-09-25", "2026-09-25", "1,250.5", "Leads", "3", "416.83", "9,800", "12000", "", "87", "active", "40"]
    week = [*ids[:5], "120210000000000004", "2026-09-19", "2026-09-25", "70", "Leads", "", "", "10", "11", "5", "0", "inactive", ""]
    total = [*[""] * 6, "2026-09-19", "2026-09-25", "1320.5", "", "3", "", "", "", "", "", "", ""]
    found = take(write_text(tmp_path / "ads.csv", [ADS, total, one, week, one]), account="act_1")
    assert accounting(found) == ("meta_ads.ads", 2, 1, 1)
    columns = [
        "account_key",
        "ad_level",
        "ad_entity_id",
        "ad_entity_name",
        "campaign",
        "ad_group",
        "business_date",
        "window_start",
        "window_end",
    ]
    assert values(found, "ad_days", *columns) == [
        ("meta_ads:act_1", "ad", ids[5], "Cup", "Autumn", "Women 25-34", None, date(2026, 9, 25), date(2026, 9, 25)),
        ("meta_ads:act_1", "ad", "120210000000000004", "Cup", "Autumn", "Women 25-34", None, date(2026, 9, 19), date(2026, 9, 25)),
    ]
    columns = ["spend_amount", "currency", "impression_count", "reach_count", "click_count", "engagement_count", "conversion_count"]
    assert values(found, "ad_days", *columns, "attribution", "status_raw") == [
        (1250.5, "USD", 12000, 9800, 87, None, 3.0, "Leads", "active"),
        (70.0, "USD", 11, 10, 0, 5, None, "Leads", "inactive"),
    ]
    assert found.rejects["reason_code"].to_list() == ["total_row"]
    assert found.manifest["unknown_columns"] == ["Video plays at 50%"]


@pytest.mark.parametrize(("names", "level"), [(["Campaign name", "Ad set name"], "ad_group"), (["Campaign name"], "campaign")])
def test_the_lowest_level_of_a_report_is_what_its_rows_are_about(tmp_path: Path, names: list[str], level: str) -> None:
    header = [*names, "Day", "Amount spent (EUR)", "Impressions", "Purchases conversion value"]
    row = ["Autumn", "Women"][: len(names)]
    found = take(write_text(tmp_path / "ads.csv", [header, [*row, "2026-09-25", "12.34", "100", "55.5"]]))
    columns = ["ad_level", "ad_entity_id", "business_date", "spend_amount", "currency", "conversion_amount"]
    assert values(found, "ad_days", *columns) == [(level, row[-1], date(2026, 9, 25), 12.34, "EUR", 55.5)]
