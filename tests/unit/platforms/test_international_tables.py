"""Surveys and the plain tables of comments, mentions and advertising: exact values, accounting, and no personal data."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.read import open_file
from pipelines.ingest.recognise import recognise
from pipelines.ingest.spec import load_specs, read_spec
from pipelines.settings import PROJECT_DIR
from tests.unit.platforms.exports import accounting, everything, take, values, write_text, write_xls, write_xlsx

TEMPLATES = PROJECT_DIR / "data" / "formats" / "templates"
QUESTIONS = ["1、您的性别", "2、您平时看哪些平台", "3、您愿意向朋友推荐我们吗（0-10）", "4、(性能（CPU）)", "5、其他建议"]
WJX = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "总分", *QUESTIONS]
ANSWERS: list[list[Any]] = [
    [
        "1",
        "2026/09/03 12:00:00",
        "86秒",
        "微信",
        "小明的朋友圈",
        "1.2.3.4(广东-深圳)",
        "9",
        "女",
        "抖音┋其他〖贴吧〗",
        "10(非常愿意)",
        "5分",
        "更多口味",
    ],
    ["2", "2026/9/3 9:05:00", "1分20秒", "链接", "直接访问", "1.2.3.5(上海)", "3", "男", "小红书", "6", "(跳过)", "(空)"],
    ["3", "someday", "9秒", "链接", "", "9.9.9.9(北京)", "1", "男", "微博", "7", "1", ""],
]


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_DATA_DIR", str(tmp_path / "data"))


def _wjx(folder: Path, kind: str) -> Path:
    path = folder / f"春季口味调查_20260904.{kind}"
    if kind == "csv":
        return write_text(path, [WJX, *ANSWERS], "gb18030")
    return (write_xls if kind == "xls" else write_xlsx)(path, {"Sheet1": [WJX, *ANSWERS]})


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
def test_a_response_is_as_many_answers_as_questions(tmp_path: Path, kind: str) -> None:
    found = take(_wjx(tmp_path, kind))
    assert accounting(found) == ("wjx.answers", 2, 0, 1)
    assert found.tables["survey_answers"].height == 2 * len(QUESTIONS)
    columns = ["response_id", "submitted_date", "duration_seconds", "source_raw", "region", "score", "survey"]
    assert set(values(found, "survey_answers", *columns)) == {
        ("1", date(2026, 9, 3), 86.0, "微信", "广东-深圳", 9.0, "春季口味调查"),
        ("2", date(2026, 9, 3), 80.0, "链接", "上海", 3.0, "春季口味调查"),
    }
    assert values(found, "survey_answers", "question", "answer_text", "answer_number", "answer_state") == [
        ("1、您的性别", "女", None, "answered"),
        ("2、您平时看哪些平台", "抖音┋其他〖贴吧〗", None, "answered"),
        ("3、您愿意向朋友推荐我们吗（0-10）", "10(非常愿意)", 10.0, "answered"),
        ("4、(性能（CPU）)", "5分", 5.0, "answered"),
        ("5、其他建议", "更多口味", None, "answered"),
        ("1、您的性别", "男", None, "answered"),
        ("2、您平时看哪些平台", "小红书", None, "answered"),
        ("3、您愿意向朋友推荐我们吗（0-10）", "6", 6.0, "answered"),
        ("4、(性能（CPU）)", None, None, "skipped"),
        ("5、其他建议", None, None, "blank"),
    ]
    assert values(found, "survey_answers", "answer_options", "question_number")[1] == (["抖音", "其他"], "2")
    assert (found.rejects["reason_code"].to_list(), found.rejects["column_name"].to_list()) == (["bad_value"], ["提交答卷时间"])


def test_no_address_of_a_respondent_is_kept(tmp_path: Path) -> None:
    found = everything(take(_wjx(tmp_path, "xlsx")))
    assert not [secret for secret in ("1.2.3.4", "1.2.3.5", "9.9.9.9", "小明的朋友圈") if secret in found]


def test_the_same_question_is_the_same_in_the_next_download(tmp_path: Path) -> None:
    first = take(_wjx(tmp_path, "xlsx"))
    again = take(write_xlsx(tmp_path / "春季口味调查_20260911 (1).xlsx", {"Sheet1": [WJX, ANSWERS[0]]}))
    other = take(write_xlsx(tmp_path / "秋季口味调查_20260911.xlsx", {"Sheet1": [WJX, ANSWERS[0]]}))
    keys = [values(found, "survey_answers", "survey_key", "question_key")[0] for found in (first, again, other)]
    assert keys[0] == keys[1]
    assert keys[0][0] != keys[2][0] and keys[0][1] != keys[2][1]


def test_answers_in_long_form_are_read_one_by_one(tmp_path: Path) -> None:
    header = ["survey", "response_id", "submitted_at", "user_id", "question", "answer", "duration_seconds", "source", "region", "score"]
    rows = [
        ["Autumn", "r1", "2026-09-03T12:00:00+08:00", "member-7", "Would you recommend us?", "9", "42", "email", "", ""],
        ["Autumn", "r1", "2026-09-03T12:00:00+08:00", "member-7", "Why?", "Good tea", "42", "email", "", ""],
        ["Autumn", "r1", "2026-09-03T12:00:00+08:00", "member-7", "Why?", "Good tea", "42", "email", "", ""],
        ["Autumn", "r2", "2026-09-03T12:30:00+08:00", "", "Why?", "", "", "email", "", ""],
    ]
    found = take(write_text(tmp_path / "a.csv", [header, *rows]), platform="web")
    assert accounting(found) == ("generic.answers", 3, 1, 0)
    columns = ["platform", "survey", "response_id", "question", "answer_text", "answer_number", "answer_state", "duration_seconds"]
    assert values(found, "survey_answers", *columns) == [
        ("web", "Autumn", "r1", "Would you recommend us?", "9", 9.0, "answered", 42.0),
        ("web", "Autumn", "r1", "Why?", "Good tea", None, "answered", 42.0),
        ("web", "Autumn", "r2", "Why?", None, None, "blank", None),
    ]
    people = [key for (key,) in values(found, "survey_answers", "person_key")]
    assert people[0] == people[1] is not None and people[2] is None
    assert "member-7" not in everything(found)


def test_comments_join_the_posts_of_the_platform_they_name(tmp_path: Path) -> None:
    header = ["平台", "账号", "作品ID", "评论ID", "评论时间", "评论人", "评论内容", "点赞数"]
    rows = [
        ["抖音", "茶馆", "7350000000000000001", "c1", "2026-09-01 10:00", "路人甲", "好喝", "1.2万"],
        ["微博", "茶馆官微", "4990000000000001", "", "2026-09-01 11:00:00", "路人乙", "在哪买", ""],
        ["微博", "茶馆官微", "4990000000000001", "", "2026-09-01 11:00:00", "路人乙", "在哪买", ""],
        ["某论坛", "", "1", "", "2026-09-01", "路人丙", "?", "1"],
    ]
    found = take(write_text(tmp_path / "c.csv", [header, *rows], "gb18030"))
    assert accounting(found) == ("generic.comments", 2, 1, 1)
    columns = ["platform", "account_key", "platform_post_id", "platform_comment_id", "text", "like_count", "created_at"]
    assert values(found, "comments", *columns) == [
        ("douyin", "douyin:茶馆", "7350000000000000001", "c1", "好喝", 12_000, datetime(2026, 9, 1, 2, 0, tzinfo=UTC)),
        ("weibo", "weibo:茶馆官微", "4990000000000001", None, "在哪买", None, datetime(2026, 9, 1, 3, 0, tzinfo=UTC)),
    ]
    assert found.rejects.select("reason_code", "column_name").rows() == [("bad_value", "平台")]
    assert not [name for name in ("路人甲", "路人乙", "路人丙") if name in everything(found)]


def test_a_mention_may_stand_on_a_site_that_is_no_platform(tmp_path: Path) -> None:
    header = ["platform", "mention_id", "url", "site", "type", "keyword", "author", "author_follower_count", "title", "text"]
    header += ["published_at", "sentiment", "region", "view_count", "like_count", "repost_count"]
    url = "https://forum.example/t/1"
    rows = [
        [
            "小红书",
            "n1",
            "https://xhs.example/n1",
            "小红书",
            "图文",
            "春茶",
            "someone",
            "1200",
            "打卡",
            "不错",
            "2026-09-01 10:00",
            "正面",
            "上海",
            "99",
            "9",
            "",
        ],
        ["", "", url, "本地论坛", "帖子", "春茶", "someone else", "", "吐槽", "太贵", "2026-09-02", "负面", "", "", "3", "0"],
        ["", "", url, "本地论坛", "帖子", "春茶", "someone else", "", "吐槽", "太贵", "2026-09-02", "负面", "", "", "5", "0"],
        ["", "", url, "本地论坛", "帖子", "春茶", "someone else", "", "吐槽", "太贵", "", "负面", "", "", "5", "0"],
    ]
    found = take(write_xlsx(tmp_path / "m.xlsx", {"Sheet1": [header, *rows]}))
    assert accounting(found) == ("generic.mentions", 2, 1, 1)
    columns = ["platform", "site_raw", "mention_type", "keyword", "sentiment_raw", "region", "published_date", "view_count", "like_count"]
    assert values(found, "mentions", *columns) == [
        ("xiaohongshu", "小红书", "图文", "春茶", "正面", "上海", date(2026, 9, 1), 99, 9),
        ("generic", "本地论坛", "帖子", "春茶", "负面", None, date(2026, 9, 2), None, 5),
    ]
    assert found.tables["mentions"]["mention_key"].n_unique() == 2
    assert "someone" not in everything(found)


def test_a_plain_row_of_advertising_is_a_campaigns_day(tmp_path: Path) -> None:
    header = ["日期", "平台", "广告账户", "推广计划", "花费", "币种", "展示数", "点击数", "转化数", "成交金额", "归因口径"]
    rows = [
        ["2026-09-01", "抖音", "店铺一", "秋上新", "1,250.50", "", "1.2万", "87", "3.5", "999", "7日"],
        ["2026-09-01", "facebook", "act_1", "Autumn", "$70", "USD", "11", "", "", "", ""],
        ["2026-09-01", "抖音", "店铺一", "合计", "", "", "", "", "", "", ""],
    ]
    found = take(write_text(tmp_path / "ads.csv", [header, *rows]))
    assert accounting(found) == ("generic.ad_days", 2, 0, 1)
    columns = ["platform", "account_key", "ad_level", "ad_entity_id", "campaign", "business_date", "spend_amount", "currency"]
    assert values(found, "ad_days", *columns) == [
        ("douyin", "douyin:店铺一", "campaign", "秋上新", "秋上新", date(2026, 9, 1), 1250.5, "CNY"),
        ("facebook", "facebook:act_1", "campaign", "Autumn", "Autumn", date(2026, 9, 1), 70.0, "USD"),
    ]
    columns = ["impression_count", "click_count", "conversion_count", "order_amount", "attribution", "approximate_columns"]
    assert values(found, "ad_days", *columns) == [(12_000, 87, 3.5, 999.0, "7日", ["impression_count"]), (11, None, None, None, None, None)]


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.csv")), ids=lambda p: p.stem)
def test_an_empty_table_has_the_headers_of_its_format(path: Path, tmp_path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        (header,) = csv.reader(stream)
    format_id = f"generic.{path.stem.rsplit('_', 1)[0]}"
    with open_file(path) as source:
        assert recognise(source, load_specs()).spec.format_id == format_id
    spec = read_spec(PROJECT_DIR / "pipelines" / "platforms" / "generic" / "formats" / f"{format_id.split('.')[1]}.yaml")
    known = {name for column in spec.blocks[0].columns for name in column.source}
    assert set(header) <= known
    readme = (PROJECT_DIR / "pipelines" / "platforms" / "generic" / "README.md").read_text(encoding="utf-8")
    assert ",".join(header) in readme.splitlines()


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("meta_*.yaml")), ids=lambda p: p.stem)
def test_a_start_for_an_own_format_is_valid_and_not_loaded(path: Path) -> None:
    spec = read_spec(path)
    assert spec.format_id not in {s.format_id for s in load_specs()}


def test_the_french_start_reads_french_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "data" / "formats"
    own.mkdir(parents=True)
    (own / "mine.yaml").write_text((TEMPLATES / "meta_ads_french.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    rows = [["Ad name", "Day", "Montant dépensé (EUR)", "Impressions"], ["Tasse", "25/09/2026", "1 234,56", "12 000"]]
    found = take(write_text(tmp_path / "fr.csv", rows, delimiter=";"))
    assert accounting(found) == ("meta_ads.ads_french", 1, 0, 0)
    columns = ["business_date", "spend_amount", "currency", "impression_count"]
    assert values(found, "ad_days", *columns) == [(date(2026, 9, 25), 1234.56, "EUR", 12000)]
