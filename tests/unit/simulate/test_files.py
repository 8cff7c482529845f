"""The files: the same bytes for a seed, the platform's header and its writer's quirks."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from pipelines.simulate import Simulation, large_events, large_posts, simulate
from pipelines.simulate.exports import (
    bilibili,
    channels,
    douyin,
    douyin_shop,
    facebook,
    instagram,
    mall_orders,
    site_events,
    wechat,
    weibo,
    x,
    youtube,
)
from pipelines.simulate.exports import xiaohongshu as xhs
from tests.unit.simulate.conftest import SMALL, of_kind


def sheet(path: Path, name: str | int = 0) -> list[tuple]:
    return fastexcel.read_excel(path).load_sheet(name, header_row=None, dtypes="string").to_polars().rows()


def records(path: Path, encoding: str = "utf-8-sig") -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


def part(path: Path, name: str) -> str:
    return zipfile.ZipFile(path).read(name).decode()


def test_the_same_seed_gives_the_same_bytes_and_times(demo: Simulation, tmp_path: Path) -> None:
    again = simulate(tmp_path, **SMALL)
    assert [f["file"] for f in again.truth["files"]] == [f["file"] for f in demo.truth["files"]]
    for one, other in zip(demo.files, again.files, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
        assert one.stat().st_mtime == other.stat().st_mtime
    assert again.truth_path.read_bytes() == demo.truth_path.read_bytes()


def test_another_seed_gives_other_files(demo: Simulation, tmp_path: Path) -> None:
    other = simulate(tmp_path, **{**SMALL, "seed": 12, "days": 30})
    assert {f.read_bytes() for f in other.files}.isdisjoint(
        {f.read_bytes() for f in demo.files if "门店周报" not in f.name and "汇总" not in f.name}
    )


def test_a_files_time_is_its_capture(demo: Simulation) -> None:
    for entry, path in zip(demo.truth["files"], demo.files, strict=True):
        assert datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") == entry["captured_at"]
        assert path.stat().st_size == entry["bytes"]


def test_douyin_list_is_all_text_in_both_header_versions(demo: Simulation) -> None:
    versions = {}
    for entry in of_kind(demo, "douyin.works"):
        path = demo.out / entry["file"]
        rows = sheet(path)
        versions[entry["version"]] = list(rows[0])
        assert len(rows) - 1 == entry["rows"]
        xml = part(path, "xl/worksheets/sheet1.xml")
        assert xml.count("<c ") == xml.count('t="s"'), "every cell is a string"
        assert "dcterms" not in part(path, "docProps/core.xml").replace("xmlns:dcterms", "")
        assert fastexcel.read_excel(path).sheet_names == ["Sheet1"]
    assert versions == {"2025": douyin.HEADER_2025, "2026": douyin.HEADER_2026}
    cells = dict(zip(rows[0], rows[1], strict=True))
    assert len(cells["完播率"].split(".")[1]) == 6
    assert datetime.strptime(cells["发布时间"], "%Y-%m-%d %H:%M:%S")


def test_douyin_series_are_two_columns_stored_uncompressed(demo: Simulation) -> None:
    entries = of_kind(demo, "douyin.series")
    assert {e["metric"] for e in entries} == {*douyin.SERIES, "封面点击率"}
    for entry in entries:
        path = demo.out / entry["file"]
        rows = sheet(path)
        assert rows[0] == ("日期", entry["metric"])
        assert len(rows) - 1 == entry["rows"] == 30
        assert {i.compress_type for i in zipfile.ZipFile(path).infolist()} == {zipfile.ZIP_STORED}
    rate = next(e for e in entries if e["metric"] == "封面点击率")
    assert all(r[1].endswith("%") for r in sheet(demo.out / rate["file"])[1:])


def test_xiaohongshu_list_has_a_merged_banner_unless_resaved(demo: Simulation) -> None:
    entries = of_kind(demo, "xiaohongshu.notes")
    assert sum(e["version"] == "resaved" for e in entries) == 1
    for entry in entries:
        rows = sheet(demo.out / entry["file"])
        banner = entry["version"] == "banner"
        assert list(rows[1 if banner else 0]) == xhs.HEADER
        assert len(rows) - (2 if banner else 1) == entry["rows"]
        assert ('ref="A1:M1"' in part(demo.out / entry["file"], "xl/worksheets/sheet1.xml")) == banner
        stamp = "created" if banner else "modified"
        assert f"{entry['captured_at']}</dcterms:{stamp}>" in part(demo.out / entry["file"], "docProps/core.xml")
    assert datetime.strptime(rows[-1][1], "%Y年%m月%d日%H时%M分%S秒")


def test_xiaohongshu_workbooks_have_their_sheets(demo: Simulation) -> None:
    names = {Path(e["file"]).stem.split(" ")[0]: e for e in of_kind(demo, "xiaohongshu.account")}
    assert set(names) == {"近30日观看数据", "近30日互动数据", "近30日涨粉数据", "近30日发布数据"}
    path = demo.out / names["近30日观看数据"]["file"]
    assert fastexcel.read_excel(path).sheet_names == [
        "账号总体观看数据",
        "曝光趋势",
        "观看趋势",
        "封面点击率趋势",
        "平均观看时长趋势",
        "视频完播率趋势",
    ]
    assert sheet(path, "观看趋势")[0] == ("日期", "数值")
    assert sheet(path)[0] == ("指标", "数值")


def test_channels_csv_is_bom_crlf_with_line_breaks_in_quotes(demo: Simulation) -> None:
    widths = set()
    for entry in of_kind(demo, "channels.videos"):
        data = (demo.out / entry["file"]).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\r\n")
        rows = records(demo.out / entry["file"])
        widths.add(len(rows[0]))
        assert rows[0][:15] == channels.HEADER
        assert len(rows) - 1 == entry["rows"] and {len(r) for r in rows} == {len(rows[0])}
    assert widths == {15, 19}
    assert any("\n" in r[0] for r in rows)
    assert all(r[3].endswith("%") or r[3] == "-" for r in rows[1:])


def test_wechat_writes_three_shapes_called_xls(demo: Simulation) -> None:
    lists = of_kind(demo, "wechat.published")
    headers = {e["version"]: list(sheet(demo.out / e["file"])[1 if e["version"] == "2026" else 0]) for e in lists}
    assert headers == {"2024": wechat.HEADER_2024, "2026": wechat.HEADER_2026}
    users = demo.out / of_kind(demo, "wechat.users")[0]["file"]
    assert users.read_bytes().startswith(b"<html")
    assert pl.DataFrame({"t": [users.read_text()]})["t"].str.count_matches("<tr>")[0] == of_kind(demo, "wechat.users")[0]["rows"] + 2
    tendency = of_kind(demo, "wechat.tendency")[0]
    assert (demo.out / tendency["file"]).read_bytes().startswith(bytes.fromhex("D0CF11E0"))
    rows = sheet(demo.out / tendency["file"])
    assert rows[0][0] == "数据趋势概况" and rows[0][10] == "数据来源概况"
    assert (
        rows[1][:3] == ("日期", "渠道", "阅读人数")
        and rows[1][3] is None
        and rows[1][10:] == ("传播渠道", "发表日期", "内容标题", "阅读人数", "阅读人数占比")
    )


def test_bilibili_compares_at_most_ten_with_stars(demo: Simulation) -> None:
    everything = ""
    for entry in of_kind(demo, "bilibili.compare"):
        rows = records(demo.out / entry["file"])
        assert rows[0] == bilibili.HEADER and 2 <= len(rows) - 1 <= 10
        assert all(r[5].endswith("星") for r in rows[1:])
        everything += (demo.out / entry["file"]).read_text()
    assert "<0.1%" in everything


def test_weibo_file_grows_and_ids_end_with_a_tab(demo: Simulation) -> None:
    for entry in of_kind(demo, "weibo.crawler"):
        rows = records(demo.out / entry["file"])
        header = rows[0]
        assert header == (weibo.HEADER if entry["version"] == "18" else weibo.HEADER + weibo.RETWEET_HEADER)
        good = [r for r in rows[1:] if len(r) == len(header) and r[0] != "id"]
        assert all(r[0].endswith("\t") for r in good)
        assert len({r[0] for r in good}) == entry["rows"]
        assert len(good) == entry["rows"] + entry["rows_repeated"] + entry["dirt"].get("duplicate_row", 0)
    dirty = [e for e in of_kind(demo, "weibo.crawler") if e["dirt"]]
    assert len(dirty) == 1 and dirty[0]["dirt"] == {"repeated_header": 1, "blank_row": 1, "wrong_length": 1, "duplicate_row": 1}
    assert records(demo.out / of_kind(demo, "weibo.crawler_comments")[0]["file"])[0] == weibo.COMMENT_HEADER


def test_weibo_bids_are_base_62_of_the_id() -> None:
    from pipelines.simulate.facts import base62

    assert base62(pl.Series([3_500_000_000_000_000]).to_numpy())[0] == "z00000000"
    assert base62(pl.Series([5_088_506_380_795_793]).to_numpy())[0][0] == "O"


def test_doudian_orders_are_masked_and_one_file_is_gbk(demo: Simulation) -> None:
    entries = of_kind(demo, "doudian.orders")
    assert {e["encoding"] for e in entries} == {"gbk", "utf-8-sig"}
    for entry in entries:
        rows = records(demo.out / entry["file"], entry["encoding"])
        assert rows[0][:21] == douyin_shop.HEADER and len(rows) - 1 == entry["rows"]
        assert all(r[0].startswith("\t69") and r[8].startswith("##") and r[9].startswith("$$") for r in rows[1:])
        captured = datetime.fromtimestamp(int(Path(entry["file"]).name.split("_")[0]), UTC)
        assert captured.strftime("%Y-%m-%dT%H:%M:%SZ") == entry["captured_at"]
    assert any(";" in r[2] for r in rows) and any(r[13] == "-" for r in rows)


def test_generic_events_and_orders_have_the_documented_header(demo: Simulation) -> None:
    assert records(demo.out / of_kind(demo, "web.events")[0]["file"])[0] == site_events.HEADER
    rows = records(demo.out / of_kind(demo, "shop.orders")[-1]["file"])
    assert rows[0] == mall_orders.HEADER
    assert rows[-1][0] == "合计"


def test_titles_that_hurt_are_there(demo: Simulation) -> None:
    titles = [r[0] for r in sheet(demo.out / of_kind(demo, "douyin.works")[-1]["file"])[1:]]
    assert any(t.startswith("=") for t in titles) and any(t.startswith("+") for t in titles)
    assert len(set(titles)) < len(titles)
    assert any("\n" in t for t in titles) and any("🍵" in t for t in titles)


def test_sensors_lines_hold_events_profiles_and_signups(abroad: Simulation) -> None:
    kinds: dict[str, int] = {}
    for entry in of_kind(abroad, "web.sensors"):
        for line in (abroad.out / entry["file"]).read_text().splitlines():
            found = json.loads(line)
            kinds[found["type"]] = kinds.get(found["type"], 0) + 1
            assert len(str(found["time"])) == 13
    assert kinds["track"] == abroad.truth["events"]["rows"]
    assert kinds["track_signup"] == kinds["profile_set"] == abroad.truth["events"]["by_type"]["register"]


def test_ga4_lines_are_json_with_microseconds(tmp_path: Path) -> None:
    made = simulate(tmp_path, days=20, accounts=1, scale=0.1, platforms=["weibo"], event_style="ga4")
    lines = [json.loads(t) for e in of_kind(made, "web.ga4") for t in (made.out / e["file"]).read_text().splitlines()]
    assert len(lines) == made.truth["events"]["rows"] > 0
    assert all(len(e["event_timestamp"]) == 16 and e["user_pseudo_id"] for e in lines)


def test_files_of_international_platforms(abroad: Simulation) -> None:
    def first(kind: str) -> list[list[str]]:
        return records(abroad.out / of_kind(abroad, kind)[0]["file"])

    assert first("x.content")[0] == x.CONTENT and first("x.overview")[0] == x.OVERVIEW
    assert first("x.tweets")[0] == x.TWEET + x.ACTIVITY + x.PROMOTED
    assert first("x.tweet_days")[0] == ["Date", "Tweets published", *x.ACTIVITY, *x.PROMOTED]
    assert set(first("x.tweets")[1][-18:]) == {"-"}
    videos = first("youtube.table")
    assert videos[0] == youtube.HEADER and videos[1][0] == "Total"
    assert int(videos[1][4]) == sum(int(r[4]) for r in videos[2:])
    assert {e["version"] for e in of_kind(abroad, "facebook.posts")} == {"33", "34"}
    assert records(abroad.out / of_kind(abroad, "facebook.posts")[1]["file"])[0] == facebook.HEADER
    assert first("instagram.posts")[0] == instagram.HEADER
    assert any("," in r[17] for r in first("facebook.posts")[1:]), "thousands with commas"


def test_without_dirt_there_is_none(tmp_path: Path) -> None:
    made = simulate(
        tmp_path, days=20, accounts=1, scale=0.2, dirt=False, end=date(2025, 6, 30), truth_path=tmp_path / "elsewhere" / "truth.json"
    )
    assert not [e for e in made.truth["files"] if e.get("dirt") or "expected" in e]
    assert made.truth_path == tmp_path / "elsewhere" / "truth.json"
    assert made.truth["scenario"]["end"] == "2025-06-30"


def test_writing_again_changes_nothing_and_strangers_are_not_overwritten(tmp_path: Path) -> None:
    tiny = {"days": 14, "accounts": 1, "scale": 0.1, "platforms": ["channels"]}
    before = {f: f.read_bytes() for f in simulate(tmp_path, **tiny).files}
    simulate(tmp_path, **tiny)
    assert {f: f.read_bytes() for f in before} == before
    assert len([f for f in tmp_path.rglob("*") if f.is_file()]) == len(before) + 1
    with pytest.raises(FileExistsError, match="empty folder"):
        simulate(tmp_path, **tiny, seed=99)


def test_unknown_platforms_and_tiny_scenarios_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot simulate myspace"):
        simulate(tmp_path, platforms=["myspace"])
    with pytest.raises(ValueError, match="14 days"):
        simulate(tmp_path, days=3)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_large_files_have_their_rows(tmp_path: Path, ending: str) -> None:
    posts = records(large_posts(tmp_path / "posts.csv", 3_000))
    assert posts[0] == douyin.HEADER_2026 and len({(r[0], r[1]) for r in posts[1:]}) == 3_000
    events = large_events(tmp_path / f"events.{ending}", 5_000)
    lines = events.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == (5_001 if ending == "csv" else 5_000)
