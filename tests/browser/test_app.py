"""The app in a real browser: every page in both languages, links that restore a view, drill-down, themes."""

from __future__ import annotations

import re
from itertools import cycle

import pytest

from dashboards.i18n import words
from tests.browser.conftest import Visit
from tests.unit.dashboards.test_pages import LANGUAGES, PAGES, REASONS

pytestmark = pytest.mark.browser


# Every word of every page is looked up in both languages by the unit tests; here each page is drawn once.
@pytest.mark.parametrize(("page", "language"), list(zip(PAGES, cycle(LANGUAGES), strict=False)))
def test_page_opens_without_an_error_or_a_request_to_another_host(visit, page, language):
    visit.open(f"{'' if page == 'overview' else page}?lang={language}")
    assert visit.page.inner_text("h1") == words(language)[f"page.{page}"]
    assert visit.page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    assert (
        visit.page.locator("[data-testid=stMetric], [data-testid=stDataFrame], [data-testid=stExpander]").count() > 0
        or words(language)[REASONS.get(page, f"{page}.no_rows")] in visit.text()
    )
    assert visit.page.locator("[data-testid=stMain] .stVegaLiteChart .error").count() == 0


def test_a_link_restores_the_view_in_a_fresh_session_and_in_the_other_language(visit):
    visit.open("reach?period=7d&platform=douyin&basis=lifetime")
    assert "period=7d" in visit.page.url and "platform=douyin" in visit.page.url and "basis=lifetime" in visit.page.url
    shown = visit.page.locator("[data-testid=stMetricValue]").all_inner_texts()
    visit.page.get_by_text("English", exact=True).click()
    visit.settle()
    assert visit.page.inner_text("h1") == "Reach"
    link = visit.page.url
    assert "period=7d" in link and "platform=douyin" in link and "lang=en" in link
    visit.page.goto(link)
    visit.settle()
    assert visit.page.locator("[data-testid=stSelectbox] input").first.input_value() == "Last 7 days"
    visit.page.get_by_text("中文", exact=True).click()
    visit.settle()
    assert visit.page.locator("[data-testid=stMetricValue]").all_inner_texts() == shown


def test_filters_stay_when_the_page_changes(visit):
    visit.open("reach?period=7d&platform=douyin")
    visit.page.get_by_role("link", name=words("zh")["page.engagement"]).click()
    visit.page.wait_for_url(re.compile("engagement"))
    visit.settle()
    assert visit.page.inner_text("h1") == words("zh")["page.engagement"]
    assert "period=7d" in visit.page.url and "platform=douyin" in visit.page.url


def test_a_choice_in_the_page_goes_into_the_link(visit):
    visit.open("reach")
    visit.page.get_by_role("radio", name=words("zh")["basis.lifetime"]).click()
    visit.settle()
    assert "basis=lifetime" in visit.page.url


def test_ticking_a_row_shows_its_posts(visit):
    visit.open("engagement")
    everything = visit.page.get_by_text(re.compile("合计播放")).inner_text()
    grid = visit.page.locator("[data-testid=stDataFrame]").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    visit.page.mouse.click(box["x"] + 15, box["y"] + 52)
    visit.settle()
    assert visit.page.get_by_text(re.compile("合计播放")).inner_text() != everything


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_are_drawn(browser, app_url, theme):
    reader = Visit(browser, app_url, theme)
    reader.open("time_series")
    background = reader.page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 23, 30)"}[theme]
    assert reader.foreign == [] and reader.errors == []
    reader.context.close()


def test_the_start_page_answers_to_its_own_name_too(visit):
    visit.open("overview?platform=douyin")
    assert visit.page.inner_text("h1") == words("zh")["page.overview"]
    assert visit.page.get_by_role("dialog").count() == 0
