"""Filters live in the URL as codes, stay dynamic, and survive a change of page or language."""

from __future__ import annotations

import datetime as dt

import pytest

from dashboards import filters

LAST = dt.date(2026, 11, 21)


def url(app) -> dict[str, str | list[str]]:
    return {name: value[0] if len(value) == 1 else value for name, value in app.query_params.items()}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_link_restores_the_whole_view(open_page, language):
    link = {
        "lang": language,
        "period": "90d",
        "compare": "year",
        "platform": ["douyin", "x"],
        "account": ["douyin:山野茶事"],
        "type": ["video"],
        "basis": "lifetime",
    }
    app = open_page("engagement", **link)
    assert app.selectbox(key=f"period:{language}").value == "90d"
    assert app.selectbox(key=f"compare:{language}").value == "year"
    assert app.multiselect(key=f"platform:{language}").value == ["douyin", "x"]
    assert app.multiselect(key=f"account:{language}").value == ["douyin:山野茶事"]
    assert app.multiselect(key=f"type:{language}").value == ["video"]
    expected = {name: value for name, value in link.items() if (name, value) != ("lang", "zh")}
    assert url(app) == expected | {"account": "douyin:山野茶事", "type": "video"}


def test_a_choice_goes_into_the_url_as_a_code_and_a_default_leaves_it(open_page):
    app = open_page("reach")
    assert url(app) == {}
    app.selectbox(key="period:zh").select("7d").run()
    assert url(app) == {"period": "7d"}
    app.selectbox(key="period:zh").select("30d").run()
    assert url(app) == {}


def test_filters_survive_pages_that_do_not_show_them(open_page):
    app = open_page("reach", platform="douyin", period="7d")
    app.switch_page("app_pages/users.py").run()
    assert url(app) == {"platform": "douyin", "period": "7d"}
    app.switch_page("app_pages/engagement.py").run()
    assert app.multiselect(key="platform:zh").value == ["douyin"]


def test_filters_survive_a_change_of_language(open_page):
    app = open_page("reach", platform="douyin", period="7d")
    app.session_state["language_switch"] = "en"
    app.run()
    assert app.title[0].value == "Reach"
    assert app.multiselect(key="platform:en").value == ["douyin"]
    assert app.multiselect(key="platform:en").options[0] == "Bilibili"


def test_values_nobody_knows_are_dropped(open_page):
    app = open_page("reach", platform="' or 1=1 --", period="forever", account="nobody")
    assert not app.error and not app.exception
    assert url(app) == {}


@pytest.mark.parametrize(
    ("code", "start", "end"),
    [
        ("7d", dt.date(2026, 11, 15), LAST),
        ("30d", dt.date(2026, 10, 23), LAST),
        ("month", dt.date(2026, 11, 1), LAST),
        ("last_month", dt.date(2026, 10, 1), dt.date(2026, 10, 31)),
    ],
)
def test_periods_end_on_the_last_day_of_the_data(monkeypatch, code, start, end):
    monkeypatch.setattr(filters, "data_days", lambda: (dt.date(2026, 7, 25), LAST))
    assert filters._period(code) == (start, end)


@pytest.mark.parametrize(
    ("comparison", "period", "start", "end", "expected"),
    [
        ("previous", "7d", dt.date(2026, 11, 15), LAST, (dt.date(2026, 11, 8), dt.date(2026, 11, 14))),
        ("previous", "month", dt.date(2026, 11, 1), LAST, (dt.date(2026, 10, 1), dt.date(2026, 10, 21))),
        ("previous", "month", dt.date(2026, 3, 1), dt.date(2026, 3, 31), (dt.date(2026, 2, 1), dt.date(2026, 2, 28))),
        ("previous", "last_month", dt.date(2026, 10, 1), dt.date(2026, 10, 31), (dt.date(2026, 9, 1), dt.date(2026, 9, 30))),
        ("year", "30d", dt.date(2026, 10, 23), LAST, (dt.date(2025, 10, 23), dt.date(2025, 11, 21))),
        ("none", "30d", dt.date(2026, 10, 23), LAST, (None, None)),
        ("previous", "all", dt.date(2026, 7, 25), LAST, (None, None)),
    ],
)
def test_comparisons(comparison, period, start, end, expected):
    assert filters._comparison(comparison, period, start, end) == expected
