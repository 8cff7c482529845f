"""What lands in the lake from Weibo and Kuaishou, value by value; and how Weibo's error codes are understood."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from pipelines.connectors.verdicts import Answer, Denied, Fatal, Gone, QuotaUsed, TokenExpired, Transient, Verdict
from pipelines.platforms.weibo.api import WEIBO
from tests.unit.connectors.conftest import Site
from tests.unit.connectors.scenario import Asked, Scenario
from tests.unit.connectors.scenarios import kuaishou, weibo

of_weibo = pytest.mark.parametrize("scenario", [weibo.SCENARIO], ids=["weibo"])
of_kuaishou = pytest.mark.parametrize("scenario", [kuaishou.SCENARIO], ids=["kuaishou"])
NEWEST = str(weibo.FIRST + weibo.POSTS - 1)


def values(frame: pl.DataFrame, post: str, **wanted: Any) -> None:
    """The only row of a post has these values."""
    (row,) = frame.filter(pl.col("platform_post_id") == post).to_dicts()
    assert {name: row[name] for name in wanted} == wanted


@of_weibo
def test_weibo_posts_arrive_once_each_with_their_figures(scenario: Scenario, site: Site) -> None:
    _, intake = site.pull_and_load()
    assert not any(m["rows_duplicate"] for m in intake.loaded), "max_id is inclusive: without subtracting 1 a row would come twice"
    listed = site.rows("post_snapshots").filter(pl.col("title").is_not_null())
    assert sorted(listed["platform_post_id"]) == [str(weibo.FIRST + n) for n in range(60, 260)]
    values(
        listed,
        NEWEST,
        title="第 259 条 #新品#",
        published_at=datetime(2026, 11, 22, 3, tzinfo=UTC),
        content_type="image_text",
        like_count=777,
        comment_count=70,
        repost_count=0,
        view_count=None,
        is_original=None,
        is_owned=True,
        account_key="weibo:brand",
    )
    values(listed, str(weibo.FIRST + 250), content_type=None, is_original=False, repost_count=5)


@of_weibo
def test_weibo_reads_come_from_the_counts_of_media_accounts(scenario: Scenario, site: Site) -> None:
    site.pull_and_load()
    counted = site.rows("post_snapshots").filter(pl.col("title").is_null())
    values(counted, NEWEST, view_count=259_000, like_count=777, comment_count=70, repost_count=0)
    assert str(weibo.FIRST + 100) not in counted["platform_post_id"], "deleted: left out by the platform"
    listed = site.rows("post_snapshots").filter(pl.col("title").is_not_null())
    assert set(counted["post_key"]) < set(listed["post_key"]), "one post, one key"


@of_weibo
def test_weibo_followers_are_the_accounts_day(scenario: Scenario, site: Site) -> None:
    site.pull_and_load()
    (day,) = site.rows("account_days").select("business_date", "follower_total_count", "account_key").rows()
    assert day == (datetime(2026, 11, 22).date(), 52300, "weibo:brand")


@of_weibo
def test_weibo_comments_keep_no_nickname(scenario: Scenario, site: Site) -> None:
    site.pull_and_load()
    comments = site.rows("comments")
    assert comments["author_key"].n_unique() == 5 and comments["author_key"].str.len_chars().unique().to_list() == [24]
    oldest = comments.filter(pl.col("platform_comment_id") == str(10 * int(NEWEST) + 1)).to_dicts()[0]
    assert (oldest["text"], oldest["platform_post_id"], oldest["created_at"]) == ("评论 1", NEWEST, datetime(2026, 11, 22, 3, tzinfo=UTC))
    posts = site.rows("post_snapshots")
    assert oldest["post_key"] == posts.filter(pl.col("platform_post_id") == NEWEST)["post_key"][0]
    for frame in (comments, posts, site.rows("account_days")):
        told = frame.write_json()
        assert "昵称" not in told and "screen_name" not in told and '"2001"' not in told


@of_weibo
def test_a_weibo_that_is_gone_costs_its_own_comments_only(scenario: Scenario, site: Site) -> None:
    def comments(asked: Asked) -> Any:
        gone = {"request": "/2/comments/show.json", "error_code": 20101, "error": "target weibo does not exist!"}
        return gone if asked.params["id"] == NEWEST else weibo._comments(asked)

    site.server.play(replace(scenario, answers={**scenario.answers, "/2/comments/show.json": comments}))
    outcomes, _ = site.pull_and_load()
    assert {o.status for o in outcomes} == {"pulled"}
    assert [w for o in outcomes for w in o.warnings if NEWEST in w and "20101" in w]
    assert site.rows("comments").height == 2


@of_weibo
def test_all_weibo_posts_of_the_last_30_days_are_read_however_many(scenario: Scenario, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weibo, "HOURS", 3)  # 240 posts in 30 days
    site.pull_and_load()
    listed = site.rows("post_snapshots").filter(pl.col("title").is_not_null())
    assert listed.height == 260, "the page on which the 30 days end is read as a whole"
    asked = [call for call in site.server.calls if "/2/statuses/user_timeline.json" in call]
    assert len(asked) == 3 and str(weibo.FIRST + 159) in asked[1] and str(weibo.FIRST + 59) in asked[2]


CODES: list[tuple[int, type[Verdict]]] = [
    *((code, Transient) for code in (10001, 10002, 10003, 10009, 10010, 10011)),
    *((code, QuotaUsed) for code in (10022, 10023, 10024)),
    *((code, Fatal) for code in (10004, 10005, 10006, 10008, 10014, 10016, 10017)),
    *((code, Gone) for code in (20003, 20101, 20112)),
    *((code, TokenExpired) for code in (21314, 21319, 21327, 21332)),
]


@pytest.mark.parametrize(("code", "verdict"), CODES)
@pytest.mark.parametrize("status", [200, 400, 403])
def test_weibo_codes_mean_what_the_platforms_table_says(code: int, verdict: type[Verdict], status: int) -> None:
    body = {"request": "/2/statuses/count.json", "error_code": code, "error": "said"}
    found = WEIBO.classify(Answer(status, {}, body, datetime(2026, 11, 22, 3, 20, tzinfo=UTC)))
    assert type(found) is verdict and not isinstance(found, Denied)
    assert str(code) in found.message and "/2/statuses/count.json" in found.message
    if isinstance(found, QuotaUsed):
        assert found.until == datetime(2026, 11, 22, 4, tzinfo=UTC)


@of_kuaishou
def test_kuaishou_works_and_followers(scenario: Scenario, site: Site) -> None:
    _, intake = site.pull_and_load()
    assert not any(m["rows_duplicate"] for m in intake.loaded)
    works = site.rows("post_snapshots")
    values(
        works,
        "3xk2z",
        title="作品 3 #话题",
        published_at=datetime(2026, 11, 19, 3, tzinfo=UTC),
        content_type="short_video",
        view_count=3000,
        like_count=30,
        comment_count=3,
        share_count=None,
        save_count=None,
        completion_rate=None,
        account_key="kuaishou:brand",
    )
    (day,) = site.rows("account_days").select("business_date", "follower_total_count", "extra").rows()
    assert day == (datetime(2026, 11, 22).date(), 8800, day[2])
    assert "杭州" not in str(day[2]) and "示例品牌" not in str(day[2])
