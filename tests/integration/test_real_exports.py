"""Real exports that nobody here wrote, where they are at hand: the figures that must come out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.conftest import REAL_DATA, needs_real_data, rows, run_pulse

pytestmark = needs_real_data

SOURCES = {
    "douyin": ("douyin_creator_export/dataset", "a"),
    "xhs": ("xhs_note_export", "a"),
    "x": ("x_analytics_ropensci", "r"),
    "youtube": ("youtube_studio_dangertv", "d"),
    "facebook": ("fb_moro", "m"),
    "weibo": ("weibo_covid2020_dev", "w"),
    "events": ("taobao_flink", "shop"),
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("real") / "data"
    for folder, account in SOURCES.values():
        run_pulse(data, "ingest", str(REAL_DATA / folder), "--account", account, check=False)
    run_pulse(data, "ingest", str(REAL_DATA / "fb_moro_orig"), "--account", "m-orig")
    run_pulse(data, "run")
    return data


def test_every_row_is_accounted_for(published: Path) -> None:
    assert rows(published, "select source_name from raw.loads where rows_in <> rows_loaded + rows_duplicate + rows_rejected") == []


def test_douyin_works_and_daily_series(published: Path) -> None:
    works = rows(
        published,
        """select p.content_type, sum(s.follower_gain_count), sum(s.view_count)
           from core.fct_post_snapshots s join core.dim_posts p using (post_key)
           where p.platform = 'douyin' group by 1 order by 1""",
    )
    assert works == [("image_text", 1027, 237891), ("short_video", 15, 7062)]
    days = rows(
        published,
        """select count(*), count(view_count), count(like_count), count(comment_count), count(share_count), count(profile_visit_count),
            count(follower_total_count), count(follower_net_count), count(follower_loss_count), count(cover_click_rate)
           from core.fct_account_days where platform = 'douyin'""",
    )
    assert days == [(30,) * 10]


def test_xiaohongshu_notes_below_their_banner(published: Path) -> None:
    assert rows(published, "select count(*) from core.dim_posts where platform = 'xiaohongshu'") == [(8,)]


def test_every_tweet_is_there_once(published: Path) -> None:
    assert rows(published, "select count(*), count(distinct platform_post_id) from core.dim_posts where platform = 'x'") == [(1668, 1668)]


def test_youtube_total_row_is_no_video(published: Path) -> None:
    assert rows(published, "select count(*) from core.dim_posts where platform = 'youtube'") == [(500,)]
    assert rows(published, "select count(*) from raw.rejects where reason_code = 'total_row'")[0][0] >= 1


def test_both_facebook_headers_give_the_same_posts(published: Path) -> None:
    def types(account: str) -> list[tuple]:
        return rows(
            published,
            f"""select content_type_raw, count(*), sum(s.like_count), sum(s.share_count), sum(s.impression_count) from core.dim_posts p
                join core.fct_post_snapshots s using (post_key) where p.account_key = 'facebook:{account}' group by 1 order by 1""",
        )

    assert types("m") == types("m-orig")
    assert {name: count for name, count, *_ in types("m")} == {"Photo": 426, "Status": 45, "Link": 22, "Video": 7}


def test_weibo_crawls_lose_no_row(published: Path) -> None:
    loaded, duplicate, rejected = rows(
        published, "select sum(rows_loaded), sum(rows_duplicate), sum(rows_rejected) from raw.loads where platform = 'weibo'"
    )[0]
    assert loaded + duplicate == 16337
    assert rejected == 19 + 129 + 247
    assert rows(published, "select count(*) from core.dim_posts where platform = 'weibo'") == [(14146,)]


def test_events_keep_the_words_of_their_source(published: Path) -> None:
    assert dict(rows(published, "select event_type, count(*) from core.fct_events group by 1")) == {
        "pv": 902,
        "cart": 43,
        "fav": 35,
        "buy": 20,
    }
