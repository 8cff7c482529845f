"""The reputation page: tone with its interval, the queue, what rises; text stays text."""

from __future__ import annotations

import duckdb
import pytest

from dashboards.i18n import words
from tests.unit.dashboards.made_up_release import build_release, empty_release


def texts(app) -> str:
    groups = [app.title, app.subheader, app.caption, app.markdown, app.warning, app.info]
    return "\n".join(str(element.value) for group in groups for element in group)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_tone_with_its_interval_and_what_it_is_worth(open_page, language):
    app = open_page("reputation", lang=language)
    assert not app.exception and not app.error
    said = words(language)
    assert app.title[0].value == said["page.reputation"]
    net = next(metric for metric in app.metric if metric.label == said["reputation.net"])
    assert net.value.startswith("+") and net.value[1:].isdigit()
    assert "waimai_10k" in texts(app)
    assert said["reputation.topics"] in texts(app) and said["reputation.needs"] in texts(app)


def test_the_queue_lists_items_gravest_first_with_their_state(open_page):
    app = open_page("reputation", period="all")
    queue = next(frame.value for frame in app.dataframe if "text_tone" in frame.value)
    assert len(queue) == 40
    assert queue["severity_level"].notna().iloc[0] and queue["status"].iloc[-1] == words("zh")["reputation.status_answered"]


def test_a_watched_competitor_that_is_missing_is_a_dash(open_page):
    app = open_page("reputation")
    assert next(m for m in app.metric if m.label == words("zh")["reputation.competitors"]).value == "—"


def test_without_texts_the_page_says_what_to_import(open_page, tmp_path):
    empty_release(tmp_path)
    app = open_page("reputation", data_dir=tmp_path)
    assert not app.exception and not app.error
    assert f"**{words('zh')['reputation.no_rows']}**" in texts(app)


def test_without_stable_topics_none_is_shown(open_page, tmp_path):
    path = build_release(tmp_path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from marts.mart_topics; delete from marts.mart_rising_terms")
    app = open_page("reputation", data_dir=tmp_path)
    assert not app.error and words("zh")["reputation.no_topics"] in texts(app) and words("zh")["reputation.no_terms"] in texts(app)
