"""Alerts, risks and the outlook: what is urgent is told apart from what is not, and nothing unknown is a number."""

from __future__ import annotations

import pytest

from dashboards.i18n import words
from pipelines import state
from tests.unit.dashboards.made_up_release import empty_release


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", ["alerts", "outlook"])
def test_page_shows_its_question_without_an_error(open_page, page, language):
    app = open_page(page, lang=language)
    assert not app.exception and not app.error
    assert app.title[0].value == words(language)[f"page.{page}"]
    assert len(app.metric) == 4 and len(app.dataframe) >= 1


@pytest.mark.parametrize("page", ["alerts", "outlook"])
def test_a_release_without_rows_is_an_empty_state(open_page, tmp_path, page):
    empty_release(tmp_path)
    app = open_page(page, data_dir=tmp_path)
    assert not app.exception and not app.error
    assert any(words("zh")[f"{page}.no_rows"] in element.value for element in app.markdown)


def test_a_traffic_peak_is_no_alert(open_page):
    app = open_page("alerts", lang="en")
    assert app.metric[0].value == "2"
    assert "Note" in set(app.dataframe[0].value["level"])


def test_an_override_needs_a_name_and_a_reason_and_is_kept(open_page):
    app = open_page("alerts")
    app.selectbox[-1].select_index(3)
    app.button[-1].click().run()
    assert app.error[0].value == words("zh")["alerts.needs_name"]
    app.text_input[0].input("Li Lei")
    app.text_input[1].input("press called")
    app.button[-1].click().run()
    assert app.success[0].value == words("zh")["alerts.saved"]
    saved = state.rows("risk_overrides").row(-1, named=True)
    assert saved["overridden_by"] == "Li Lei" and saved["level"] == "high"


def test_a_goals_sentence_has_its_interval_and_its_basis(open_page):
    app = open_page("outlook", lang="en")
    said = [element.value for element in app.text]
    assert any("82.0% of the target" in line and "73.8% to 90.2%" in line and "38 known days" in line for line in said)
    assert not any("nps" in line for line in said)


def test_what_cannot_be_said_has_a_reason(open_page):
    rows = open_page("outlook", lang="en").dataframe[0].value
    unknown = rows[rows["verdict"] == "Not enough evidence"]
    assert unknown["why"].tolist() == [words("en")["outlook.why_unknown_metric"]]
    assert unknown["forecast_number"].tolist() == ["—"]
