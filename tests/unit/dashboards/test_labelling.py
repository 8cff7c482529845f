"""The labelling page: least certain texts first, one click writes one label."""

from __future__ import annotations

import pytest

from dashboards.i18n import words
from pipelines import state
from tests.unit.dashboards.made_up_release import build_release, empty_release


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_progress_and_what_is_not_measured(open_page, language, tmp_path):
    build_release(tmp_path)
    app = open_page("labelling", lang=language, data_dir=tmp_path)
    assert not app.exception and not app.error
    assert app.title[0].value == words(language)["page.labelling"]
    assert app.metric[0].value == "0 / 300" and app.metric[1].value == "—"


def test_texts_are_shown_as_text_least_certain_first(open_page, tmp_path):
    build_release(tmp_path)
    app = open_page("labelling", data_dir=tmp_path)
    assert [block.value for block in app.text] == [f"**味道** 有点淡 {n}" for n in range(5)]


def test_nobody_labels_without_a_name(open_page, tmp_path):
    build_release(tmp_path)
    app = open_page("labelling", data_dir=tmp_path)
    assert app.button(key="negative:comment:0").disabled


def test_a_click_writes_a_label_and_the_next_text_follows(open_page, tmp_path):
    build_release(tmp_path)
    app = open_page("labelling", data_dir=tmp_path)
    app.text_input(key="labelled_by").input("小林").run()
    app.selectbox(key="need_label:comment:0").select("venting").run()
    app.button(key="negative:comment:0").click().run()
    assert not app.exception and not app.error
    written = state.rows("text_labels").to_dicts()
    assert len(written) == 1
    assert {k: written[0][k] for k in ("text_key", "label", "category", "need_label", "labelled_by")} == {
        "text_key": "comment:0", "label": "negative", "category": None, "need_label": "venting", "labelled_by": "小林",
    }  # fmt: skip
    assert app.text[0].value == "**味道** 有点淡 1" and app.metric[0].value == "1 / 300"


def test_without_texts_the_page_says_what_to_import(open_page, tmp_path):
    empty_release(tmp_path)
    app = open_page("labelling", data_dir=tmp_path)
    assert not app.exception and not app.error
    assert any(words("zh")["labelling.no_rows"] in block.value for block in app.markdown)
