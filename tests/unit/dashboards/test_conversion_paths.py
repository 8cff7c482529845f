"""The page on ways to a purchase: what it claims, what it does not claim, and its empty states."""

import duckdb
import pytest

from dashboards.i18n import words
from tests.unit.dashboards.made_up_release import build_release, empty_release
from tests.unit.dashboards.test_pages import LANGUAGES, texts

PAGE = "conversion_paths"


def column(app, index: int, name: str) -> list:
    return app.dataframe[index].value[name].to_list()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_its_question_and_all_parts(open_page, language):
    app = open_page(PAGE, lang=language)
    assert not app.exception and not app.error
    assert app.title[0].value == words(language)[f"page.{PAGE}"]
    assert words(language)[f"{PAGE}.question"] in texts(app)
    assert len(app.metric) == 3 and len(app.dataframe) == 6


@pytest.mark.parametrize("dimension", ["segment", "platform", "content_type"])
def test_every_breakdown_can_be_opened(open_page, dimension):
    app = open_page(PAGE, by=dimension)
    assert not app.exception and not app.error
    names = set(column(app, 0, "funnel_group"))
    expected = {"segment": "高价值购买型", "platform": "小红书", "content_type": "短视频"}[dimension]
    assert expected in names


def test_a_loss_has_its_interval_and_is_called_no_cause(open_page):
    app = open_page(PAGE)
    sentence = next(note.value for note in app.info if "最可惜" in note.value)
    assert "自然流量" in sentence and "搜索" in sentence and "172" in sentence and "120 至 224" in sentence
    assert any("不是因果" in note.value and "180" in note.value for note in app.caption)
    losses = app.dataframe[1].value
    tiny = losses[losses["funnel_group"] == "tiny*"].iloc[0]
    assert tiny["gap_points"] == tiny["loss_people"] == "—"


def test_attribution_is_labelled_and_stands_beside_the_increment(open_page):
    app = open_page(PAGE)
    assert any("描述性" in note.value for note in app.warning)
    table = app.dataframe[3].value.set_index("channel_name")
    assert table.loc["搜索", "last_rate"] == 0.5 and table.loc["搜索", "incremental_rate"] == 0.2
    assert table.loc["搜索", "incremental_people_range"] == "32 – 48"


def test_ads_show_a_dash_without_conversions_and_the_move_its_range(open_page):
    app = open_page(PAGE)
    ads = app.dataframe[4].value.set_index("ad_name")
    assert ads.loc["兴趣人群", "ad_cpa"] == "—" and "花费几乎一样" in ads.loc["兴趣人群", "ad_why"]
    move = app.dataframe[5].value.iloc[0]
    assert (move["ad_from"], move["ad_to"], move["ad_change"]) == ("18-23", "=24-30", "+54.2")
    assert move["ad_change_range"] == "+12.4 – +97.8"


def test_without_ads_or_attribution_the_page_says_so(open_page, tmp_path):
    path = build_release(tmp_path, days=30, name="no_ads")
    with duckdb.connect(str(path)) as connection:
        for mart in ("mart_ad_effects", "mart_ad_budget_moves", "mart_attribution", "mart_funnel_losses", "mart_paths"):
            connection.execute(f"delete from marts.{mart}")
    app = open_page(PAGE, data_dir=tmp_path)
    assert not app.exception and not app.error
    for key in ("no_ads", "no_attribution", "no_loss"):
        assert words("zh")[f"{PAGE}.{key}"] in texts(app)


def test_an_empty_release_is_an_empty_state(open_page, tmp_path):
    empty_release(tmp_path)
    app = open_page(PAGE, data_dir=tmp_path)
    assert not app.exception and not app.error
    assert f"**{words('zh')[f'{PAGE}.no_rows']}**" in texts(app)
