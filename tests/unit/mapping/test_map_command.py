"""`pulse map` for people and for programs: what is this file, what is open, save it."""

from __future__ import annotations

import json

import pytest
import yaml
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.ingest.spec import FormatSpec
from pipelines.mapping import commands, edits
from pipelines.mapping.draft import Draft
from pipelines.mapping.formats import format_path
from pipelines.mapping.suggest import suggest

ANSWERS = ("发布日期=published_at:day_first", "互动率=engagement_reported_rate:fraction", "平均播放时长=average_watch_seconds:seconds")
SET = [word for answer in ANSWERS for word in ("--set", answer)]


def pulse_map(*arguments: object):
    return CliRunner().invoke(app, ["map", *map(str, arguments)])


def test_an_unknown_file_is_drafted_and_what_is_open_is_named(unknown_csv, data_dir):
    done = pulse_map(unknown_csv)
    assert done.exit_code == 0
    assert "open: which platform is it from?" in done.output
    assert "open: 互动率: is '0.63' a fraction of 1" in done.output
    assert not (data_dir / "formats").exists() and not (data_dir / "landing").exists()


def test_programs_get_json(unknown_csv, data_dir):
    done = pulse_map(unknown_csv, "--platform", "weibo", "--json")
    report = json.loads(done.stdout)
    assert len(report["open"]) == 3
    assert report["nearest"]["platform"] == "weibo"
    assert report["preview"]["rows_in"] == 4
    assert Draft(**report["draft"]).entity == "post_snapshots"


def test_a_saved_mapping_loads_the_file_and_is_known_from_then_on(unknown_csv, data_dir):
    done = pulse_map(unknown_csv, "--platform", "weibo", *SET, "--save", "ui", "--account", "测试号")
    assert done.exit_code == 0, done.output
    assert "2 rows are in the lake" in done.output
    known = json.loads(pulse_map(unknown_csv, "--json").stdout)
    assert known["report"]["format_id"] == "weibo.ui"


def test_with_a_question_open_nothing_is_saved(unknown_csv, data_dir):
    done = pulse_map(unknown_csv, "--platform", "weibo", *SET[:2], "--save", "ui")
    assert done.exit_code == 1
    assert "Not saved" in done.stderr and not format_path("ui").exists()


def test_a_draft_is_yaml_that_says_what_is_open(unknown_csv, data_dir, tmp_path):
    target = tmp_path / "draft.yaml"
    assert pulse_map(unknown_csv, "--platform", "weibo", "--out", target).exit_code == 0
    text = target.read_text(encoding="utf-8")
    assert text.count("# open: ") == 3
    assert FormatSpec(**yaml.safe_load(text)).platform == "weibo"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--platform", "nowhere"], "There is no platform 'nowhere'"),
        (["--entity", "people"], "'people' cannot be mapped"),
        (["--set", "没有=title"], "The file has no column '没有'"),
        (["--template", "nothing"], "There is no template 'nothing'"),
    ],
)
def test_a_wrong_word_is_a_sentence_with_the_right_ones(unknown_csv, data_dir, arguments, sentence):
    done = pulse_map(unknown_csv, *arguments)
    assert (done.exit_code, sentence in done.stderr) == (1, True), done.output


def test_a_file_that_is_no_table_is_a_sentence(tmp_path, data_dir):
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    done = pulse_map(path)
    assert (done.exit_code, "The file is empty" in done.stderr) == (1, True)


def test_on_a_terminal_the_open_questions_are_asked_one_by_one(unknown_csv, data_dir, monkeypatch):
    draft = Draft(**suggest(str(unknown_csv)))
    replies = iter(["weibo", "day_first", "nonsense", "percent", "seconds"])
    asked = []
    monkeypatch.setattr(commands.typer, "prompt", lambda text, **_: asked.append(text) or next(replies))
    commands._ask(draft)
    assert len(asked) == 5  # the one that was not understood is asked again
    assert (draft.platform, draft.column("互动率").scale) == ("weibo", "percent")


def test_what_holds_for_the_whole_file_may_be_said_once(tmp_path, data_dir):
    path = tmp_path / "ads.csv"
    path.write_text("日期,计划名称,消耗,曝光量\n2026-08-01,甲,5.5,6\n", encoding="utf-8")
    draft = Draft(**suggest(str(path), platform="weibo", entity="ad_days"))
    with pytest.raises(ValueError, match="ad_level is one of"):
        edits.set_constant(draft, "ad_level=planet")
    done = pulse_map(path, "--platform", "weibo", "--entity", "ad_days", "--constant", "ad_level=campaign", "--json")
    assert json.loads(done.stdout)["open"] == []
