"""The import page in a real browser: a file nobody knows is mapped, saved and loaded, within two minutes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from dashboards.i18n import words
from tests.browser.conftest import Visit, served
from tests.unit.mapping.bombs import corners
from tests.unit.mapping.conftest import ROWS

pytestmark = pytest.mark.browser
WORK_SECONDS = 120


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("import_data")


@pytest.fixture(scope="module")
def import_url(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on a data folder in which there is nothing yet."""
    with served(folder, tmp_path_factory.mktemp("import_log") / "app.log") as url:
        yield url


@pytest.fixture
def visit(browser, import_url: str) -> Iterator[Visit]:
    reader = Visit(browser, import_url)
    reader.page.set_viewport_size({"width": 1280, "height": 2400})
    yield reader
    reader.context.close()
    assert reader.foreign == []
    assert reader.errors == []


def upload(visit: Visit, name: str, data: bytes) -> None:
    visit.page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    visit.page.wait_for_selector("[data-testid=stAlert]", timeout=60_000)
    visit.settle()


def choose(visit: Visit, label: str, text: str) -> None:
    box = visit.page.get_by_role("combobox", name=label)
    box.click()
    box.fill(text)
    visit.page.keyboard.press("Enter")
    visit.settle()


def change_target(visit: Visit, row: int, text: str) -> None:
    """Pick another canonical column in a row of the table, as with mouse and keys."""
    grid = visit.page.locator("[data-testid=stDataFrame]").nth(2)  # below the two lists of the header difference
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None
    visit.page.mouse.dblclick(box["x"] + 470, box["y"] + 35 * row + 52)
    visit.page.wait_for_timeout(500)
    visit.page.keyboard.type(text)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_timeout(500)
    visit.settle()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_file_nobody_knows_is_mapped_and_loaded_within_two_minutes(visit, folder, language):
    said = words(language)
    visit.open(f"import_files?lang={language}")
    started = time.monotonic()
    upload(visit, f"weibo_{language}.csv", ROWS.replace("微博标题", f"微博标题{language}").encode())
    assert said["import.unknown"] in visit.text()
    choose(visit, said["import.platform"], "微博" if language == "zh" else "Weibo")
    visit.page.wait_for_selector("[role=radiogroup]", timeout=60_000)
    save = visit.page.get_by_role("button", name=said["import.save"])
    assert save.is_disabled()
    groups = visit.page.locator("[data-testid=stMain] [role=radiogroup]")
    for index in range(groups.count()):
        groups.nth(index).get_by_role("radio").first.check(force=True)
        visit.settle()
    choose(visit, said["import.account"], f"account_{language}")
    visit.page.wait_for_selector("[data-testid=stMain] button[kind=primary]:not([disabled])", timeout=60_000)
    assert said["import.all_answered"] in visit.text()
    save.click()
    visit.page.get_by_text("uv run pulse run").wait_for(timeout=60_000)
    assert time.monotonic() - started < WORK_SECONDS
    spec = yaml.safe_load((folder / "formats" / f"weibo_{language}.yaml").read_text(encoding="utf-8"))
    assert spec["platform"] == "weibo" and spec["drop"] == ["手机号"]
    assert (folder / "landing" / "weibo" / f"account_{language}" / f"weibo_{language}.csv").is_file()
    assert len(list((folder / "lake" / "loads").glob("*.json"))) >= 1


def test_what_a_person_changes_in_the_table_stays_when_the_language_changes(visit):
    visit.open("import_files")
    upload(visit, "weibo_switch.csv", ROWS.replace("微博标题", "微博标题三").encode())
    choose(visit, words("zh")["import.platform"], "微博")
    visit.page.wait_for_selector("[role=radiogroup]", timeout=60_000)
    change_target(visit, 4, "收藏")
    visit.page.get_by_role("tab", name=words("zh")["import.tab_yaml"]).click()
    visit.page.get_by_text("save_count, from").wait_for(timeout=60_000)
    assert "{to: save_count, from: 转发数" in visit.text()
    visit.page.get_by_text("English", exact=True).click()
    visit.settle()
    visit.page.get_by_role("tab", name=words("en")["import.tab_yaml"]).click()
    visit.settle()
    assert "{to: save_count, from: 转发数" in visit.text()


def test_a_bomb_leaves_the_app_standing(visit, tmp_path):
    visit.open("import_files")
    upload(visit, "bomb.xlsx", corners(tmp_path / "bomb.xlsx").read_bytes())
    assert words("zh")["problem.too_large"] in visit.text()
    visit.open("import_files")
    assert visit.page.inner_text("h1") == words("zh")["page.import_files"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_names_and_cells_of_a_file_reach_no_other_host(browser, import_url, theme):
    reader = Visit(browser, import_url, theme)
    reader.open("import_files")
    evil = "![x](http://evil.invalid/p.png)"
    upload(reader, f"{evil}.csv", f'"{evil}",发布时间,"互动率 {evil}"\n"<img src=http://evil.invalid/q>",01/08/2026,0.5\n'.encode())
    choose(reader, words("zh")["import.platform"], "微博")
    reader.page.wait_for_selector("[role=radiogroup]", timeout=60_000)
    assert reader.foreign == [] and reader.errors == []
    assert reader.page.locator("img[src*=evil]").count() == 0
    reader.context.close()
