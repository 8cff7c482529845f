"""Every page, in both languages and in every state it can be in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from dashboards.i18n import words
from tests.unit.dashboards.made_up_release import build_release, empty_release

PAGES = (
    *("overview", "reach", "engagement", "funnel", "users", "time_series"),
    *("compare", "what_works", "when_to_post", "people", "conversion_paths", "reputation"),
    *("suggestions", "alerts", "outlook", "labelling", "data_health"),
)
WITHOUT_CARDS = {"when_to_post", "suggestions"}  # what they answer is no figure
# Why a page is empty, where it is not its own `no_rows`.
REASONS = {"overview": "state.no_rows", "reach": "state.no_rows", "engagement": "state.no_rows", "compare": "comparison.no_rows"}
LANGUAGES = ("zh", "en")


def texts(app) -> str:
    parts = [app.title, app.subheader, app.caption, app.markdown, app.warning, app.info, app.success, app.error]
    return "\n".join(str(element.value) for group in parts for element in group)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_page_shows_its_question_without_an_error(open_page, page, language):
    app = open_page(page, lang=language)
    assert not app.exception and not app.error
    assert app.title[0].value == words(language)[f"page.{page}"]
    assert words(language)[f"{page}.question"] in texts(app)
    assert len(app.metric) >= 2 or page in WITHOUT_CARDS
    assert len(app.button if page == "suggestions" else app.dataframe) >= 1


@pytest.mark.parametrize(("page", "language"), [*((page, "zh") for page in PAGES), ("overview", "en")])
def test_before_the_first_release_every_page_says_how_to_get_one(open_page, tmp_path, page, language):
    app = open_page(page, data_dir=tmp_path, lang=language)
    assert not app.exception and not app.error
    assert app.title[0].value == words(language)["first_run.title"]
    assert "uv run pulse run" in [block.value for block in app.code]


@pytest.mark.parametrize("page", PAGES)
def test_a_release_without_rows_is_an_empty_state_and_no_error(open_page, tmp_path, page):
    empty_release(tmp_path)
    app = open_page(page, data_dir=tmp_path)
    assert not app.exception and not app.error
    reason = REASONS.get(page, f"{page}.no_rows")
    assert f"**{words('zh')[reason]}**" in texts(app)


def test_filters_without_a_match_say_so(open_page):
    app = open_page("reach", period="custom", **{"from": "2020-01-01", "to": "2020-01-31"})
    assert not app.error
    assert words("zh")["state.no_rows"] in texts(app)


def test_an_old_release_says_how_old_it_is(open_page, tmp_path):
    build_release(tmp_path, days=30, published_at=(dt.datetime.now(dt.UTC) - dt.timedelta(days=5)).isoformat())
    assert any("5 天" in warning.value for warning in open_page("reach", data_dir=tmp_path).warning)


def test_late_sources_are_named_on_the_overview(open_page):
    assert any("@shanyetea" in warning.value.replace("\\", "") for warning in open_page().warning)


def test_a_page_that_fails_tells_the_reader_and_not_the_internals(open_page, tmp_path):
    path = build_release(tmp_path, days=30, name="broken")
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table marts.mart_funnel_steps; create table marts.mart_funnel_steps (funnel varchar)")
    app = open_page("funnel", data_dir=tmp_path)
    assert not app.exception
    assert app.error[0].value == words("zh")["state.old_release"]
    assert "mart_funnel_steps" not in texts(app)


def test_a_new_release_is_shown_at_the_next_run(open_page, tmp_path):
    build_release(tmp_path, days=30, name="first")
    app = open_page("data_health", data_dir=tmp_path)
    assert "first" in texts(app)
    build_release(tmp_path, days=30, name="second")
    assert "second" in texts(app.run())


def test_a_new_platform_is_in_the_filters_and_numbers_without_code(open_page):
    app = open_page("engagement", platform="madeup")
    assert "新平台" in app.multiselect(key="platform:zh").options
    assert app.dataframe[0].value["platform"].to_list() == ["新平台"]


def test_other_peoples_accounts_count_only_when_chosen(open_page):
    theirs = "douyin:隔壁茶馆"
    own = open_page("reach")
    assert "7/7" in texts(own)
    assert theirs.removeprefix("douyin:") not in own.dataframe[0].value["account_key"].to_list()
    chosen = open_page("reach", account=theirs)
    assert "1/1" in texts(chosen)
    assert chosen.dataframe[0].value["account_key"].to_list() == ["隔壁茶馆"]


def test_missing_figures_are_a_dash_with_a_reason_and_never_zero(open_page):
    app = open_page("reach", platform="wechat_official")
    impressions = next(metric for metric in app.metric if metric.label == "曝光量")
    assert impressions.value == "—"
    assert words("zh")["state.missing"] in texts(app)


def test_open_cohorts_are_marked_and_left_out_until_asked_for(open_page):
    closed, everything = open_page("funnel"), open_page("funnel", open="1")
    assert any("未计入" in note.value for note in closed.info) and any("已计入" in note.value for note in everything.info)
    assert closed.dataframe[0].value["entry_count"].iloc[0] < everything.dataframe[0].value["entry_count"].iloc[0]


def test_no_page_uses_html():
    pages = Path(__file__).parents[3] / "dashboards"
    for path in pages.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "unsafe_allow_html" not in source and "st.html" not in source, path
