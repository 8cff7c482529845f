"""The comparison page: verdicts with their intervals, parts that add up, posts that are not ranked yet."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboards.i18n import words
from dashboards.queries import compare
from tests.unit.dashboards.made_up_release import empty_release


def texts(app) -> str:
    groups = [app.title, app.subheader, app.caption, app.markdown, app.warning, app.info]
    return "\n".join(str(element.value) for group in groups for element in group)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_every_verdict_with_its_count(open_page, language):
    app = open_page("compare", lang=language)
    assert not app.exception and not app.error
    assert app.title[0].value == words(language)["page.compare"]
    verdicts = {words(language)[f"comparison.verdict.{verdict}"] for verdict in compare.VERDICTS}
    assert verdicts == {metric.label for metric in app.metric}
    periods = app.dataframe[0].value
    assert set(periods["comparison_verdict"]) <= verdicts
    assert sum(int(metric.value) for metric in app.metric) == len(periods)


def test_what_cannot_be_said_is_a_dash_and_no_zero(open_page):
    periods = open_page("compare", lang="en").dataframe[0].value
    unknown = periods[periods["comparison_verdict"] == "Not enough evidence"]
    assert len(unknown) and set(unknown["change_interval"]) == {"—"} and set(unknown["now_text"]) == {"—"}


def test_a_signed_figure_is_compared_by_its_difference(open_page):
    periods = open_page("compare", lang="en").dataframe[0].value
    net = periods[periods["metric"].str.contains("followers") & (periods["change_found"] != "—")]
    assert len(net) and not net["change_found"].str.contains("%").any()
    assert periods.loc[periods["metric"] == "Views", "change_found"].str.contains("%|—").all()


def test_accounts_are_compared_when_asked_for(open_page):
    app = open_page("compare", scope="account", platform="douyin")
    assert set(app.dataframe[0].value["account_key"]) == {"山野茶事", "山野茶事好物号"}


def test_a_reversal_is_said(open_page):
    assert words("zh")["comparison.simpson"] in texts(open_page("compare", within="douyin", kpi="engagement_per_post"))
    assert words("zh")["comparison.simpson"] not in texts(open_page("compare"))


def test_kinds_without_a_curve_are_named(open_page):
    assert words("en")["comparison.no_curve"].split("{")[0] in texts(open_page("compare", lang="en"))


def test_young_posts_stand_apart_with_a_reason_where_nothing_can_be_said(open_page):
    app = open_page("compare", lang="en")
    young = next(frame.value for frame in app.dataframe if "projected_text" in frame.value)
    assert len(young)
    unknown = young[young["projected_text"] == "—"]
    assert set(unknown["projection_basis"]) == {"Not enough posts to go by"} and set(unknown["projected_interval"]) == {"—"}


def test_without_rows_the_page_says_what_it_needs(open_page, tmp_path):
    empty_release(tmp_path)
    app = open_page("compare", data_dir=tmp_path)
    assert not app.exception and not app.error
    assert f"**{words('zh')['comparison.no_rows']}**" in texts(app)


def test_a_waterfall_goes_from_before_to_now(monkeypatch):
    monkeypatch.setattr(compare, "t", lambda key, **_: key)
    rows = pd.DataFrame(
        {
            "stratum": ["a", "a", "a", "b", "b", "b"],
            "part": ["volume", "mix", "rate"] * 2,
            "contribution": [5.0, 1.0, -2.0, 3.0, -1.0, 4.0],
            "value": [14.0] * 3 + [16.0] * 3,
            "baseline": [10.0] * 6,
        }
    )
    bars = compare.steps(rows)
    assert list(bars["start"]) == [0, 20, 28, 28, 0] and list(bars["end"]) == [20, 28, 28, 30, 30]
    assert list(bars["kind"]) == ["total", "up", "up", "up", "total"]
