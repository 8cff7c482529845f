"""The people page: models say how good they are, gaps are said aloud, defaults are called defaults."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from dashboards.i18n import words
from dashboards.queries import people
from tests.unit.dashboards.made_up_release import build_release, empty_release


def texts(app) -> str:
    groups = [app.title, app.subheader, app.caption, app.markdown, app.warning, app.info, app.success, app.error]
    return "\n".join(str(element.value) for group in groups for element in group)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_how_good_its_models_are(open_page, language):
    app = open_page("people", lang=language)
    assert not app.exception and not app.error
    assert app.title[0].value == words(language)["page.people"]
    said = texts(app)
    assert "4.40×" in said and "3.20×–5.90×" in said and "0.70–0.83" in said
    assert "1.04" in said and "0.99–1.09" in said
    assert words(language)["people.points_source.default"] in said
    assert words(language)["people.no_ledger"] in said


def test_what_is_missing_of_a_persona_is_said(open_page):
    app = open_page("people")
    assert "没有数据：年龄" in texts(app)
    values = [value for frame in app.dataframe if "persona_value" in frame.value for value in frame.value["persona_value"]]
    assert "<b>茶</b>" in values and "<b>" not in texts(app)
    marks = [mark for frame in app.dataframe if "persona_tgi" in frame.value for mark in frame.value["persona_tgi"]]
    assert "150 ▲" in marks and "100" in marks


@pytest.mark.parametrize(("status", "reason"), [("not_enough_evidence", "too_few_conversions"), ("refused", "no_better_than_chance")])
def test_a_model_without_evidence_gives_nobody_a_figure(open_page, tmp_path, status, reason):
    path = build_release(tmp_path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"update marts.mart_potential_user_model set status = '{status}', reason = '{reason}'")
    app = open_page("people", data_dir=tmp_path)
    assert not app.exception and not app.error
    assert words("zh")[f"people.reason.{reason}"] in texts(app)
    assert not any("pay_rate" in frame.value for frame in app.dataframe)


def test_a_ledger_is_shown_with_what_it_owes(open_page, tmp_path):
    path = build_release(tmp_path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "insert into marts.mart_points_ledger values (date '2026-10-01', 10, 4, 1000, 250, 0, 0, 750, 750, 0.25, 7.5, 'CNY', 8, 1)"
        )
    app = open_page("people", data_dir=tmp_path)
    assert not app.exception and not app.error
    figures = {metric.label: metric.value for metric in app.metric}
    assert (figures["积分余额"], figures["兑换率"], figures["对不上的流水"]) == ("750", "25.0%", "1")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_where_every_rule_asks_for_a_purchase_none_is_called_easy(open_page, tmp_path, language):
    path = build_release(tmp_path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update marts.mart_points_rules set is_cheapest = false")
    app = open_page("people", data_dir=tmp_path, lang=language)
    assert not app.exception and not app.error
    assert words(language)["people.no_cheapest"].partition("}")[2] in texts(app)


def test_a_month_that_still_runs_says_through_which_day():
    assert people.month("2026-11-01", dt.date(2026, 11, 20)) == "2026-11（截至 11-20）"
    assert people.month("2026-11-01", dt.date(2026, 11, 30)) == people.month("2026-11-01", dt.date(2026, 12, 2)) == "2026-11"


def test_no_people_is_an_empty_state(open_page, tmp_path):
    empty_release(tmp_path)
    app = open_page("people", data_dir=tmp_path)
    assert not app.exception and not app.error
    assert words("zh")["people.no_rows"] in texts(app)
