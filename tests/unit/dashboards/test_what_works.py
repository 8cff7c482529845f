"""The pages about effects and publishing time: what stands, what does not and why, with the posts behind it."""

from __future__ import annotations

import ast
from pathlib import Path

import duckdb
import pytest

from dashboards.i18n import words
from dashboards.queries import what_works, when_to_post
from pipelines.analyses.panels.rows import REASONS
from tests.unit.dashboards.made_up_release import build_release, empty_release

PROJECT = Path(__file__).parents[3]


def texts(app) -> str:
    groups = [app.title, app.subheader, app.caption, app.markdown, app.warning, app.info, app.success, app.text]
    return "\n".join(str(element.value) for group in groups for element in group)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", ["what_works", "when_to_post"])
def test_each_page_shows_its_question_without_an_error(open_page, page, language):
    app = open_page(page, lang=language)
    assert not app.exception and not app.error
    assert app.title[0].value == words(language)[f"page.{page}"]
    assert words(language)[f"{page}.question"] in texts(app)
    assert len(app.dataframe) >= 2


@pytest.mark.parametrize("page", ["what_works", "when_to_post"])
def test_a_release_without_rows_is_an_empty_state(open_page, tmp_path, page):
    empty_release(tmp_path)
    app = open_page(page, data_dir=tmp_path)
    assert not app.exception and not app.error
    assert f"**{words('zh')[f'{page}.no_rows']}**" in texts(app)


def test_refused_and_unknown_effects_are_listed_with_their_reason_and_no_zero(open_page):
    app = open_page("what_works", lang="en", incomplete="1")
    rows = app.dataframe[0].value
    verdicts = " ".join(rows["effect_status"])
    assert words("en")["what_works.reason.placebo_failed"] in verdicts
    assert words("en")["what_works.reason.too_few_accounts"] in verdicts
    unknown = rows[rows["effect_status"].str.contains("Not enough")]
    assert set(unknown["effect_text"]) == {"—"} and set(unknown["effect_gain"]) == {"—"}
    assert sum(int(metric.value) for metric in app.metric) == len(rows)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_rows_without_evidence_wait_behind_a_switch_and_their_number_is_said(open_page, language):
    app = open_page("what_works", lang=language)
    unknown = int(app.metric[3].value)
    assert unknown > 0
    assert words(language)["what_works.hidden"].format(n=unknown) in texts(app)
    few = len(app.dataframe[0].value)
    app.toggle[0].set_value(True).run()
    assert not app.error and len(app.dataframe[0].value) == few + unknown


def checks_in_code() -> dict[str, bool]:
    """The checks that analyses write: name -> whether it may be one that must be passed."""
    found: dict[str, bool] = {}
    for path in sorted((PROJECT / "pipelines" / "analyses").rglob("*.py")):
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        for call in calls:
            called = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if called not in ("check", "p_check") or len(call.args) < 2 or not isinstance(call.args[1], ast.Constant):
                continue
            said = {k.arg: k.value.value for k in call.keywords if isinstance(k.value, ast.Constant)}
            name = str(call.args[1].value)
            found[name] = found.get(name, False) or bool(said.get("is_gate", called == "p_check"))
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_check_and_every_reason_of_a_failed_one_has_words(language):
    known, found = words(language), checks_in_code()
    assert len(found) > 20, "the search for checks finds them"
    assert [name for name in found if f"what_works.check.{name}" not in known] == []
    reasons = {REASONS.get(name, f"{name}_failed") for name, is_gate in found.items() if is_gate} - {"simpson_failed"}
    assert [reason for reason in sorted(reasons) if f"what_works.reason.{reason}" not in known] == []


def test_the_risk_of_a_fluke_is_a_percentage():
    assert [what_works.chance(q) for q in (0.055, 0.0004, 0.5, None)] == ["5.5%", "<0.1%", "50.0%", "—"]


def test_the_posts_behind_an_effect_come_from_its_own_query(open_page):
    app = open_page("what_works")
    assert "marts.mart_content_features" in app.code[0].value
    assert len(app.dataframe[-1].value) == 500, "a page shows the first rows, the download has them all"


def test_a_platform_without_evidence_gets_the_experiment_that_would_settle_it(open_page):
    app = open_page("when_to_post", on="weibo", lang="en")
    assert any("toss a coin" in warning.value for warning in app.warning)
    assert "640" in app.warning[0].value and "posts a week" in app.warning[0].value
    assert not app.success


def test_a_platform_with_a_better_slot_says_so(open_page):
    app = open_page("when_to_post", on="douyin", lang="en")
    assert app.success and not app.warning
    slots = app.dataframe[1].value
    assert len(slots) == 8 and "better" in set(slots["slot_verdict"])


def test_a_slot_that_stands_out_only_when_taken_alone_is_not_recommended(open_page, tmp_path):
    with duckdb.connect(str(build_release(tmp_path))) as release:
        release.execute("update marts.mart_effects set is_actionable = false where lever = 'publish_slot'")
    app = open_page("when_to_post", data_dir=tmp_path, on="douyin", lang="en")
    assert not app.success
    assert any(info.value == words("en")["when_to_post.alone"] for info in app.info)


def test_log_ratios_are_written_as_percentages():
    assert when_to_post.hours("18-20") == "18:00–20:59"
    assert what_works.size(0.0953, "log") == "+10.0%"
    assert what_works.size(None, "log") == "—"
