"""The import page: a known file is loaded, an unknown one mapped, and no file takes the page down."""

from __future__ import annotations

import pandas as pd
import pytest

from dashboards import import_mapping, import_words
from dashboards.i18n import words
from pipelines.lake import manifests
from pipelines.mapping.draft import ENTITIES, Draft, DraftColumn, targets
from pipelines.mapping.names import metric_labels
from tests.unit.mapping.bombs import corners
from tests.unit.mapping.conftest import ROWS

WORKS = "作品名称,发布时间,播放量,完播率,5s完播率,点赞量\n甲,2026-08-01 10:00:00,12,0.5,0.6,3\n".encode()


@pytest.fixture
def page(open_page, tmp_path):
    """The page on a data folder without any release, where it is needed most."""

    def _open(**query):
        return open_page("import_files", data_dir=tmp_path, **query)

    return _open


def upload(app, data: bytes, name: str = "微博数据.csv"):
    return app.file_uploader[0].set_value((name, data, "text/csv")).run()


def texts(app) -> str:
    parts = [app.title, app.subheader, app.caption, app.markdown, app.warning, app.info, app.success, app.error]
    return "\n".join(str(element.value) for group in parts for element in group)


def button(app, label: str):
    return next(b for b in app.button if b.label == label)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_works_before_the_first_release(page, language):
    app = page(lang=language)
    assert not app.exception and not app.error
    assert app.title[0].value == words(language)["page.import_files"]


def test_an_unknown_file_is_mapped_saved_and_loaded(page, tmp_path):
    app = upload(page(), ROWS.encode())
    assert words("zh")["import.unknown"] in texts(app)
    app.selectbox[0].set_value("weibo").run()
    save = button(app, words("zh")["import.save"])
    assert save.disabled and "还有 3 项待确认" in texts(app)
    for radio, reply in zip(list(app.radio), ("day_first", "fraction", "seconds"), strict=True):
        app.radio(key=radio.key).set_value(reply)
    app.run()
    assert not app.error and not button(app, words("zh")["import.save"]).disabled
    assert [m.value for m in app.metric] == ["4", "2", "0", "2"]
    read = app.dataframe[-3].value.set_index(words("zh")["import.column"])[words("zh")["import.read_as"]]
    assert read["发布日期"] == "2026-08-01 10:05:00"
    assert (read["互动率"], read["完播率(%)"], read["平均播放时长"]) == ("63%", "12.5%", "8.5 秒")
    app = button(app, words("zh")["import.save"]).click().run()
    assert not app.error and "已导入 2 行" in texts(app)
    assert "uv run pulse run" in [block.value for block in app.code]
    assert (tmp_path / "formats" / "微博数据.yaml").exists()
    assert [m["format_id"] for m in manifests()] == ["weibo.微博数据"]
    again = upload(button(app, words("zh")["import.again"]).click().run(), ROWS.encode())
    assert "已识别" in texts(again)


def test_a_known_export_is_loaded_without_any_mapping(page):
    app = upload(page(lang="en"), WORKS, "works.csv")
    assert "douyin" in texts(app) and not app.error
    app = button(app, words("en")["import.load"]).click().run()
    assert "1 rows taken in" in texts(app)
    assert [m["account_key"] for m in manifests()] == ["douyin:main"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_bomb_is_a_sentence_and_the_page_goes_on(page, tmp_path, language):
    bomb = corners(tmp_path / "bomb.xlsx").read_bytes()
    app = upload(page(lang=language), bomb, "bomb.xlsx")
    assert [e.value for e in app.error] == [words(language)["problem.too_large"]]
    assert not app.exception and manifests() == []
    assert words(language)["import.unknown"] in texts(upload(app, ROWS.encode(), "next.csv"))


def test_what_a_file_says_is_never_markup(page):
    evil = "![x](http://evil.invalid/p.png)"
    rows = f'"{evil}",发布时间,"互动率 :red[x]",平均播放时长\n"=1+1",01/08/2026,0.5,3\n'
    app = upload(page(), rows.encode(), f"{evil}.csv")
    app.selectbox[0].set_value("weibo").run()
    shown = texts(app) + "".join(radio.label + "".join(radio.options) for radio in app.radio)
    assert not app.error and "互动率 \\:red\\[x\\]" in shown
    assert evil not in shown


def test_edits_of_the_table_become_the_draft():
    base = Draft(
        columns=[
            DraftColumn(header="甲", to="title", more={"extract": "(.)"}, negatives=[]),
            DraftColumn(header="乙", to="", negatives=["-1"], seen=["negative"]),
            DraftColumn(header="丙"),
        ],
        kind="text",
        entity="post_snapshots",
    )
    edited = pd.DataFrame(
        {
            "to": ["body", "like_count", import_mapping.DROP_CODE],
            "key": [True, False, False],
            "type": ["auto", "count", "auto"],
            "nulls": [None, "-1 n.v.", ""],
        }
    )
    made = import_mapping._with_edits(base, edited)
    assert [c.to for c in made.columns] == ["body", "like_count", "-"]
    assert made.columns[0].more == {} and made.columns[0].key
    assert made.columns[1].null_tokens == ["-1", "n.v."] and made.columns[1].allow_negative is False
    assert base.columns[0].to == "title"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_column_a_person_can_choose_has_a_name(language):
    named = set(metric_labels()) | {key.removeprefix("field.") for key in words(language) if key.startswith("field.")}
    assert {to for entity in ENTITIES for to in targets(entity)} <= named


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_answer_entity_and_look_has_words(language):
    from pipelines.mapping import draft, uploads

    keys = {f"entity.{e}" for e in ENTITIES} | {f"choice.{c}" for values in draft.CHOICES.values() for c in values}
    keys |= {f"read_as.{kind}" for kind in (*import_mapping.READINGS, "auto")}
    assert keys <= set(words(language))
    assert import_words.field("like_count") and uploads.MAPPABLE
