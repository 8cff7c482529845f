"""The first draft: where the header is, what the columns may be, and what is never guessed."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.ingest.errors import FileProblem
from pipelines.mapping.draft import ENTITIES, NEEDED, Draft, natural_type, questions, reading_of, targets
from pipelines.mapping.looks import look_at
from pipelines.mapping.suggest import suggest


def draft_of(path, **choices) -> Draft:
    return Draft(**suggest(str(path), **choices))


def test_headers_are_guessed_and_what_is_personal_is_held_back(unknown_csv, data_dir):
    draft = draft_of(unknown_csv, platform="weibo")
    assert {c.header: c.to for c in draft.columns} == {
        "微博标题": "title",
        "发布日期": "published_at",
        "微博链接": "permalink",
        "阅读次数": "view_count",
        "转发数": "repost_count",
        "评论数": "comment_count",
        "点赞次数": "like_count",
        "互动率": "engagement_reported_rate",
        "平均播放时长": "average_watch_seconds",
        "完播率(%)": "completion_rate",
        "净增粉丝": "follower_net_count",
        "手机号": "-",
    }
    assert (draft.entity, draft.header_row, draft.total_words) == ("post_snapshots", 1, ["合计"])
    assert draft.name == "微博数据"
    assert "13800000000" not in draft.model_dump_json()


def test_scale_day_order_and_unit_stay_open_even_for_headers_that_a_known_format_has(unknown_csv, data_dir):
    draft = draft_of(unknown_csv, platform="weibo")
    assert [(q.code, q.column) for q in questions(draft)] == [
        ("date_order", "发布日期"),
        ("scale", "互动率"),
        ("unit", "平均播放时长"),
    ]


def test_the_evidence_does_not_settle_the_order_of_day_and_month(tmp_path, data_dir):
    path = tmp_path / "posts.csv"
    path.write_text("标题,发布时间,播放量\n甲,13/08/2026,1\n乙,14/08/2026,2\n", encoding="utf-8")
    column = draft_of(path, platform="douyin").column("发布时间")
    assert column.date_order is None and "month_first_fits" not in column.seen
    assert reading_of(column, "day_first") == ("13/08/2026", "2026-08-13")
    assert reading_of(column, "month_first") == ("13/08/2026", None)


def test_the_header_is_found_below_a_banner(tmp_path, data_dir):
    path = tmp_path / "banner.csv"
    path.write_text("数据说明,,,\n,,,\n标题,发布时间,播放量,点赞量\n甲,2026-08-01,5,6\n", encoding="utf-8")
    draft = draft_of(path, platform="douyin")
    assert draft.header_row == 3
    assert [c.to for c in draft.columns] == ["title", "published_at", "view_count", "like_count"]


def test_a_person_may_say_where_the_header_is(tmp_path, data_dir):
    path = tmp_path / "odd.csv"
    path.write_text("标题,播放量\n甲甲,乙乙\n1,2\n", encoding="utf-8")
    assert [c.header for c in draft_of(path, header_row=2).columns] == ["甲甲", "乙乙"]
    with pytest.raises(FileProblem):
        draft_of(path, header_row=30)


def test_one_canonical_column_is_given_away_once(tmp_path, data_dir):
    path = tmp_path / "twice.csv"
    path.write_text("标题,发布时间,播放量,播放次数\n甲,2026-08-01,5,6\n", encoding="utf-8")
    mapped = [c.to for c in draft_of(path, platform="douyin").columns if c.is_mapped]
    assert len(mapped) == len(set(mapped)) == 3


def test_people_and_times_are_not_taken_for_one_another(tmp_path, data_dir):
    path = tmp_path / "people.csv"
    path.write_text("日期,阅读人数,阅读次数\n2026-08-01,5,6\n", encoding="utf-8")
    draft = draft_of(path, platform="wechat", entity="account_days")
    assert [c.to for c in draft.columns] == ["business_date", "viewer_count", "view_count"]


@pytest.mark.parametrize(
    ("cells", "looks", "seen"),
    [
        (["1", "2", None], "count", ["bare_number"]),
        (["0.63", "0.2"], "number", ["bare_number"]),
        (["12.5%", "3%"], "percent", ["percent_sign"]),
        (["1.2万", "3"], "count", ["bare_number"]),
        (["-1", "3"], "count", ["bare_number", "negative"]),
        (["0,63", "1,5"], "number", ["bare_number", "decimal_comma"]),
        (["1.500", "2.000"], "number", ["bare_number", "decimal_comma"]),
        (["1.500", "2.25"], "number", ["bare_number"]),
        (["0.123", "0.456"], "number", ["bare_number"]),
        (["2026-08-01", "2026/8/2"], "date", []),
        (["20260801", "20260802"], "date", []),
        (["2026年8月1日 10:00"], "datetime", []),
        (["1:23", "0:41"], "duration", ["unread_date"]),
        (["http://example.com/a"], "link", []),
        (["7301234567890123456"], "id", ["bare_number", "unread_date"]),
        (["是", "否"], "boolean", ["unread_date"]),
        (["-", None], "empty", []),
    ],
)
def test_what_cells_look_like(cells, looks, seen):
    look = look_at(pl.Series(cells, dtype=pl.String))
    assert (look.looks_like, look.seen) == (looks, seen)


@pytest.mark.parametrize(
    ("cell", "shape"),
    [
        ("01/08/2026", "{0}/{1}/%Y"),
        ("1.8.26", "{0}.{1}.%y"),
        ("01-08-2026 10:05:09", "{0}-{1}-%Y %H:%M:%S"),
        ("1/8/2026 10:05 PM", "{0}/{1}/%Y %I:%M %p"),
        ("08-01", "{0}-{1}"),
    ],
)
def test_days_that_can_be_read_two_ways(cell, shape):
    look = look_at(pl.Series([cell]))
    assert (look.looks_like, look.date_shapes) == ("ambiguous_date", [shape])


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_entity_has_its_needed_columns_and_types(entity):
    assert all(set(options) <= set(targets(entity)) for options in NEEDED[entity])
    assert {natural_type(entity, to) for to in targets(entity)} <= {
        "text", "id", "count", "ratio", "number", "duration", "datetime", "date", "boolean", "person", "account", "platform", "list",
    }  # fmt: skip
