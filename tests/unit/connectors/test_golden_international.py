"""What LinkedIn, Meta, X and TikTok send, as it stands in the lake: exact rows, and NULL for every figure a platform does not give."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.unit.connectors.conftest import Site
from tests.unit.connectors.scenario import Scenario, scenarios

BY_NAME = {s.connector: s for s in scenarios()}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# (connector, endpoint, entity): the columns looked at and the rows, in the order of the page
GOLDEN: dict[tuple[str, str, str], tuple[list[str], list[tuple[Any, ...]]]] = {
    ("facebook", "page_views", "account_days"): (
        ["business_date", "view_count", "impression_count"],
        [(date(2026, 11, d), 1000 + d, None) for d in range(18, 22)],
    ),
    ("facebook", "page_viewers", "account_days"): (
        ["business_date", "viewer_count", "reach_count"],
        [(date(2026, 11, d), 400 + d, None) for d in range(18, 22)],
    ),
    ("facebook", "page_follows", "account_days"): (
        ["business_date", "follower_total_count", "follower_gain_count"],
        [(date(2026, 11, d), 9000 + d, None) for d in range(18, 22)],
    ),
    ("facebook", "posts", "post_snapshots"): (
        ["platform_post_id", "title", "content_type", "published_at", "like_count", "comment_count", "share_count", "view_count"],
        [
            ("1", "Message 77001_1", "image_text", _at("2026-11-10T20:30"), 0, 0, None, None),
            ("2", "Message 77001_2", "long_video", _at("2026-11-11T20:30"), 10, 2, 1, None),
            ("3", "Message 77001_3", None, _at("2026-11-12T20:30"), 20, 4, 2, None),
            ("4", "Message 77001_4", "image_text", _at("2026-11-13T20:30"), 30, 6, 3, None),
            ("5", "Message 77001_5", None, _at("2026-11-14T20:30"), 40, 8, 4, None),
        ],
    ),
    ("facebook", "post_views", "post_snapshots"): (
        ["platform_post_id", "view_count", "impression_count"],
        [("1", 500, None), ("2", 1000, None), ("3", 1500, None), ("4", 2000, None)],
    ),
    ("facebook", "post_viewers", "post_snapshots"): (
        ["platform_post_id", "viewer_count", "reach_count"],
        [("1", 300, None), ("2", 600, None), ("3", 900, None), ("4", 1200, None)],
    ),
    ("instagram", "account", "account_days"): (
        ["business_date", "follower_total_count"],
        [(date(2026, 11, 22), 4321)],
    ),
    ("instagram", "account_views", "account_days"): (
        ["business_date", "view_count", "impression_count"],
        [(date(2026, 11, 20), 720, None), (date(2026, 11, 21), 721, None)],
    ),
    ("instagram", "account_reach", "account_days"): (
        ["business_date", "reach_count"],
        [(date(2026, 11, 20), 320), (date(2026, 11, 21), 321)],
    ),
    ("instagram", "account_interactions", "account_days"): (
        ["business_date", "engagement_count"],
        [(date(2026, 11, 20), 60), (date(2026, 11, 21), 61)],
    ),
    ("instagram", "media", "post_snapshots"): (
        ["platform_post_id", "title", "content_type", "published_at", "like_count", "comment_count"],
        [
            ("17900000000000001", "Caption 1", "image_text", _at("2026-11-20T09:15"), 10, 0),
            ("17900000000000002", "Caption 2", "reel", _at("2026-11-10T09:15"), 11, 1),
            ("17900000000000003", "Caption 3", "carousel", _at("2026-11-01T09:15"), 12, 2),
            ("17900000000000004", "Caption 4", "long_video", _at("2026-01-01T09:15"), 13, 3),
        ],
    ),
    ("instagram", "media_views", "post_snapshots"): (
        ["platform_post_id", "view_count", "reach_count", "impression_count"],
        [("17900000000000001", 900, 600, None), ("17900000000000002", 900, 600, None), ("17900000000000003", None, None, None)],
    ),
    ("instagram", "media_interactions", "post_snapshots"): (
        ["platform_post_id", "like_count", "comment_count", "save_count", "share_count", "engagement_count"],
        [
            ("17900000000000001", 11, 2, 7, 3, 23),
            ("17900000000000002", 11, 2, 7, 3, 23),
            ("17900000000000003", None, None, None, None, None),
        ],
    ),
    ("instagram", "media_watch", "post_snapshots"): (
        ["platform_post_id", "average_watch_seconds", "watch_seconds"],
        [("17900000000000002", 4.25, 3825.0)],
    ),
    ("meta_ads", "ad_days", "ad_days"): (
        [
            "business_date",
            "ad_level",
            "ad_entity_id",
            "campaign",
            "ad_group_id",
            "spend_amount",
            "currency",
            "impression_count",
            "reach_count",
            "click_count",
            "engagement_count",
            "conversion_count",
        ],
        [
            (
                date(2026, 11, 21),
                "ad",
                f"238500{n + 1}",
                "Autumn",
                "2384501",
                10.25 + n,
                "EUR",
                1000 + n,
                800 + n,
                20 + n if n else None,
                30 + n,
                None,
            )
            for n in range(5)
        ],
    ),
    ("x", "account", "account_days"): (["business_date", "follower_total_count"], [(date(2026, 11, 20), 2500)]),
    ("x", "posts", "post_snapshots"): (
        [
            "platform_post_id",
            "title",
            "published_at",
            "impression_count",
            "view_count",
            "like_count",
            "comment_count",
            "repost_count",
            "share_count",
            "save_count",
            "link_click_count",
            "profile_visit_count",
        ],
        [
            (
                f"199000000000000000{n}",
                f"Post {n}",
                _at(f"2026-11-0{n + 1}T10:00"),
                1000 * n,
                None,
                10 * n,
                2,
                n,
                None,
                4,
                5 if n else None,
                6 if n else None,
            )
            for n in range(5)
        ],
    ),
    ("tiktok", "user_info", "account_days"): (["business_date", "follower_total_count"], [(date(2026, 11, 22), 15000)]),
    ("tiktok", "video_list", "post_snapshots"): (
        [
            "platform_post_id",
            "title",
            "content_type",
            "duration_seconds",
            "published_at",
            "view_count",
            "like_count",
            "comment_count",
            "share_count",
            "save_count",
        ],
        [
            (
                f"750000000000000000{n}",
                f"Title {n}" if n else "Description 0 #tag",
                "short_video",
                12.0 + n,
                datetime.fromtimestamp(1795000000 + n * 86400, UTC),
                1000 * n,
                50 * n,
                n,
                2 * n,
                None,
            )
            for n in range(5)
        ],
    ),
    ("linkedin", "share_days", "account_days"): (
        [
            "business_date",
            "impression_count",
            "reach_count",
            "link_click_count",
            "like_count",
            "comment_count",
            "repost_count",
            "share_count",
        ],
        [(date(2026, 11, d), 400 + d, 250 + d, 7 + d, 9, 2, 3, None) for d in range(18, 22)],
    ),
    ("linkedin", "follower_days", "account_channel_days"): (
        ["business_date", "channel", "follower_gain_count"],
        [(date(2026, 11, d), channel, gain) for channel, gain in (("organic", 12), ("paid", 3)) for d in range(18, 21)],
    ),
    ("linkedin", "follower_total", "account_days"): (["business_date", "follower_total_count"], [(date(2026, 11, 22), 33000)]),
    ("linkedin", "posts", "post_snapshots"): (
        ["platform_post_id", "title", "content_type", "published_at", "like_count"],
        [
            (number, f"Commentary {n}", kind, datetime.fromtimestamp(1794000005 + n * 86400, UTC), None)
            for n, (number, kind) in enumerate(
                [("700000", "text"), ("700001", "article"), ("700002", "long_video"), ("800001", "image_text"), ("800002", "text")]
            )
        ],
    ),
    ("linkedin", "post_stats", "post_snapshots"): (
        ["platform_post_id", "impression_count", "reach_count", "link_click_count", "like_count", "comment_count", "repost_count"],
        [
            ("700000", 400, 250, 7, -1, 2, 3),
            ("700002", 402, 252, 9, 9, 2, 3),
            ("800001", 403, 253, 10, 9, 2, 3),
            ("800002", 404, 254, 11, 9, 2, 3),
        ],
    ),
}
CONNECTORS = sorted({connector for connector, _, _ in GOLDEN})


@pytest.mark.parametrize("scenario", [BY_NAME[c] for c in CONNECTORS], ids=CONNECTORS)
def test_figures_stand_in_the_lake_as_the_platform_gave_them(scenario: Scenario, site: Site) -> None:
    _, intake = site.pull_and_load()
    connector = scenario.connector
    expected = {k: v for k, v in GOLDEN.items() if k[0] == connector}
    assert {f"{connector}.{endpoint.name}" for endpoint in scenario.declared.endpoints} == {f"{c}.{e}" for c, e, _ in expected}
    for (_, endpoint, entity), (columns, rows) in expected.items():
        loads = {m["load_id"] for m in intake.loaded if m["source_name"].startswith(f"{connector}.{endpoint}.")}
        table = site.rows(entity)
        found = [row for row, load in zip(table.select(columns).rows(), table["load_id"], strict=True) if load in loads]
        assert sorted(found, key=str) == sorted(rows, key=str), endpoint
