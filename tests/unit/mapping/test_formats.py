"""From a draft to a YAML that alone makes the same kind of file load, here and elsewhere."""

from __future__ import annotations

import shutil

import pytest
import yaml

from pipelines.ingest.landing import take_in_landing
from pipelines.ingest.spec import FormatSpec
from pipelines.mapping import edits
from pipelines.mapping.draft import Draft, questions
from pipelines.mapping.formats import NotReady, format_path, save, to_yaml
from pipelines.mapping.jobs import preview
from pipelines.mapping.suggest import suggest

ANSWERS = [
    "发布日期=published_at:day_first",
    "互动率=engagement_reported_rate:fraction",
    "平均播放时长=average_watch_seconds:seconds",
]


@pytest.fixture
def draft(unknown_csv, data_dir) -> Draft:
    made = Draft(**suggest(str(unknown_csv), platform="weibo"))
    for answer in ANSWERS:
        edits.apply(made, answer)
    made.name = "weibo_ui"
    return made


def test_the_yaml_alone_loads_the_file_on_another_machine(draft, unknown_csv, tmp_path, monkeypatch):
    saved = save(draft)
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "formats").mkdir(parents=True)
    (elsewhere / "landing").mkdir()
    shutil.copy(saved, elsewhere / "formats")
    shutil.copy(unknown_csv, elsewhere / "landing")
    monkeypatch.setenv("PULSE_DATA_DIR", str(elsewhere))
    monkeypatch.setenv("PULSE_SETTLE_SECONDS", "0")
    intake = take_in_landing()
    assert [(m["format_id"], m["rows_loaded"], m["rows_rejected"]) for m in intake.loaded] == [("weibo.weibo_ui", 2, 2)]


def test_the_preview_shows_values_and_rejects_with_reasons(draft, unknown_csv):
    found = preview(str(unknown_csv), to_yaml(draft), alone=False)
    assert found["winner"] == "weibo.weibo_ui"
    first = found["rows"][0]
    assert str(first["published_at"]) == "2026-08-01 02:05:00+00:00"  # ten in the morning in Shanghai
    assert (first["view_count"], first["engagement_reported_rate"], first["completion_rate"]) == (12345, 0.63, 0.125)
    assert found["rows"][1]["repost_count"] is None
    assert {(r["row_number"], r["reason_code"]) for r in found["rejects"]} == {(4, "bad_value"), (5, "total_row")}
    assert found["rows_in"] == found["rows_loaded"] + found["rows_duplicate"] + found["rows_rejected"]


def test_the_other_answers_make_other_values(draft, unknown_csv):
    edits.apply(draft, "发布日期=published_at:month_first")
    edits.apply(draft, "互动率=engagement_reported_rate:percent")
    first = preview(str(unknown_csv), to_yaml(draft))["rows"][0]
    assert str(first["published_at"]) == "2026-01-08 02:05:00+00:00"
    assert first["engagement_reported_rate"] == pytest.approx(0.0063)


def test_personal_columns_are_nowhere_in_what_is_kept(draft, unknown_csv):
    text = to_yaml(draft)
    assert yaml.safe_load(text)["drop"] == ["手机号"]
    assert "138000" not in text + str(preview(str(unknown_csv), text))


def test_an_open_question_keeps_the_format_from_being_saved(draft):
    draft.column("互动率").scale = None
    with pytest.raises(NotReady, match="互动率"):
        save(draft)
    assert not format_path("weibo_ui").exists()
    FormatSpec(**yaml.safe_load(to_yaml(draft, complete=False)))  # a draft can be looked at all the same


def test_two_columns_cannot_become_one(draft):
    edits.apply(draft, "评论数=like_count")
    assert [(q.code, q.detail) for q in questions(draft)] == [("twice", "like_count")]


def test_a_replaced_format_gets_the_next_version_so_that_its_files_are_read_anew(draft):
    save(draft)
    with pytest.raises(NotReady, match="already"):
        save(draft)
    assert yaml.safe_load(save(draft, replace=True).read_text(encoding="utf-8"))["version"] == "2"


@pytest.mark.parametrize("name", ["", "../evil", "a/b", "a b", ".hidden", "x" * 80])
def test_a_name_is_no_path(draft, name):
    draft.name = name
    with pytest.raises(NotReady, match="no name"):
        save(draft)


def test_a_shipped_format_is_not_replaced(draft):
    draft.name = "crawler"
    with pytest.raises(NotReady, match="another format"):
        save(draft)


def test_headers_that_look_like_signs_of_a_spec_are_found_as_they_stand(tmp_path, data_dir):
    path = tmp_path / "signs.csv"
    path.write_text("#1,/标题/,@B1,发布时间\n5,甲,7,2026-08-01 10:00:00\n", encoding="utf-8")
    draft = Draft(**suggest(str(path), platform="douyin", entity="post_snapshots"))
    draft.name = "signs"
    for setting in ("#1=view_count", "/标题/=title:key", "@B1=like_count", "发布时间=published_at:key"):
        edits.apply(draft, setting)
    row = preview(str(path), to_yaml(draft))["rows"][0]
    assert (row["view_count"], row["title"], row["like_count"]) == (5, "甲", 7)


def test_negative_figures_are_real_or_missing_as_a_person_says(tmp_path, data_dir):
    path = tmp_path / "negative.csv"
    path.write_text("标题,发布时间,粉丝\n甲,2026-08-01 10:00:00,-1\n乙,2026-08-02 10:00:00,4\n", encoding="utf-8")
    for reply, first in (("real", -1), ("missing", None)):
        draft = Draft(**suggest(str(path), platform="douyin", entity="post_snapshots"))
        edits.apply(draft, "粉丝=follower_gain_count")
        question = next(q for q in questions(draft) if q.code == "negative")
        edits.settle(draft, question, reply)
        rows = preview(str(path), to_yaml(draft))["rows"]
        assert [row["follower_gain_count"] for row in rows] == [first, 4]


def test_a_decimal_comma_is_asked_for_and_then_read(tmp_path, data_dir):
    path = tmp_path / "comma.csv"
    path.write_text('标题;发布时间;完播率\n甲;2026-08-01 10:00:00;"12,5"\n乙;2026-08-02 10:00:00;"7,25"\n', encoding="utf-8")
    draft = Draft(**suggest(str(path), platform="douyin", entity="post_snapshots"))
    edits.apply(draft, "完播率=completion_rate:percent")
    (question,) = questions(draft)
    assert (question.code, question.options) == ("decimal", ["point", "comma"])
    edits.settle(draft, question, "comma")
    assert [row["completion_rate"] for row in preview(str(path), to_yaml(draft))["rows"]] == [0.125, 0.0725]


@pytest.mark.parametrize(
    ("setting", "error"),
    [("没有的列=title", LookupError), ("评论数=no_such_column", LookupError), ("评论数=comment_count:nonsense", ValueError)],
)
def test_a_wrong_setting_says_what_there_is(draft, setting, error):
    with pytest.raises(error):
        edits.apply(draft, setting)


def test_a_format_with_colons_is_taken_whole(draft):
    edits.apply(draft, "发布日期=published_at:key:%d/%m/%Y %H:%M")
    assert draft.column("发布日期").formats == ["%d/%m/%Y %H:%M"]
