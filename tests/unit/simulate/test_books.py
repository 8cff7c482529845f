"""The books: what truth.json says is what the files hold."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import datetime, timedelta

import fastexcel
import polars as pl

from pipelines.simulate import Simulation
from pipelines.simulate.exports.douyin import CAPPED_ROWS
from tests.unit.simulate.conftest import of_kind


def read(simulation: Simulation, entry: dict, skip: int = 0) -> pl.DataFrame:
    rows = fastexcel.read_excel(simulation.out / entry["file"]).load_sheet(0, header_row=skip, dtypes="string")
    return rows.to_polars()


def lines(simulation: Simulation, entry: dict) -> list[dict[str, str]]:
    text = (simulation.out / entry["file"]).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_list_totals_are_the_sums_of_the_cells(demo: Simulation) -> None:
    for entry in of_kind(demo, "douyin.works"):
        table = read(demo, entry)
        assert table["播放量"].cast(pl.Int64).sum() == entry["totals"]["view_count"]
        assert table["点赞量"].cast(pl.Int64).sum() == entry["totals"]["like_count"]
        assert table.height == (CAPPED_ROWS if entry["capped"] else entry["posts_out"])
    for entry in of_kind(demo, "channels.videos"):
        rows = lines(demo, entry)
        assert sum(int(r["推荐"]) for r in rows) == entry["totals"]["endorsement_count"]
        assert sum(int(r["喜欢"]) for r in rows) == entry["totals"]["like_count"]


def test_posts_keep_title_and_time_and_only_the_purge_takes_counts_away(demo: Simulation) -> None:
    purge = demo.truth["purges"][0]
    assert purge["account_key"] == "xiaohongshu:青禾茶饮" and purge["removed"] > 0
    last: dict[tuple[str, str, str], int] = {}
    fell: dict[str, int] = defaultdict(int)
    for entry in sorted(of_kind(demo, "xiaohongshu.notes") + of_kind(demo, "douyin.works"), key=lambda e: e["captured_at"]):
        note = entry["kind"] == "xiaohongshu.notes"
        table = read(demo, entry, 1 if entry["version"] == "banner" else 0)
        title, when, likes = ("笔记标题", "首次发布时间", "点赞") if note else ("作品名称", "发布时间", "点赞量")
        for row in table.select(title, when, likes).iter_rows():
            key = (entry["account_key"], row[0], row[1])
            if int(row[2]) < last.get(key, 0):
                fell[entry["account_key"]] += 1
            last[key] = int(row[2])
    assert set(fell) == {purge["account_key"]}


def test_captures_of_one_account_show_one_set_of_posts(demo: Simulation) -> None:
    keys: dict[str, set] = defaultdict(set)
    for entry in of_kind(demo, "channels.videos"):
        keys[entry["account_key"]] |= {r["视频ID"] for r in lines(demo, entry)}
    for account in demo.truth["accounts"]:
        if account["platform"] == "channels":
            assert len(keys[account["account_key"]]) == account["posts_in_files"] == account["posts_out"]


def test_a_capped_export_is_declared(demo: Simulation) -> None:
    capped = [e for e in demo.truth["files"] if e.get("capped")]
    assert {e["kind"] for e in capped} <= {"douyin.works", "bilibili.compare"}
    assert all(e["rows"] < e["posts_out"] for e in capped)
    assert len([e for e in capped if e["kind"] == "douyin.works"]) == 1


def test_account_series_equal_the_books_day_by_day(demo: Simulation) -> None:
    account = next(a for a in demo.truth["accounts"] if a["account_key"] == "douyin:青禾茶饮")
    first = datetime.fromisoformat(account["daily"]["first_date"])
    found = {}
    for entry in of_kind(demo, "douyin.series"):
        if entry["metric"] == "播放量" and entry["account_key"] == account["account_key"]:
            found |= dict(read(demo, entry).iter_rows())
    expected = {(first + timedelta(days=i)).strftime("%Y-%m-%d"): str(v) for i, v in enumerate(account["daily"]["view_count"])}
    assert len(found) == demo.truth["scenario"]["days"] and found.items() <= expected.items()


def test_differences_of_daily_captures_are_the_days_of_the_books(demo: Simulation) -> None:
    account = next(a for a in demo.truth["accounts"] if a["account_key"] == "channels:青禾茶饮")
    *_, before, after = account["captures"]
    assert after["totals"]["view_count"] - before["totals"]["view_count"] == account["daily"]["view_count"][-1]


def test_every_clean_event_is_counted(demo: Simulation) -> None:
    kinds: dict[str, int] = defaultdict(int)
    people, paid = set(), 0.0
    for entry in of_kind(demo, "web.events"):
        rows = lines(demo, entry)
        clean = {r["event_id"]: r for r in rows if r["user_id"] not in (None, "user_id")}
        assert len(clean) == entry["rows"]
        assert entry["rows_written"] - entry["rows"] == sum(entry["dirt"].values())
        for row in clean.values():
            kinds[row["event_type"]] += 1
            people.add(row["user_id"])
            paid += float(row["amount"]) if row["event_type"] == "pay" else 0
    truth = demo.truth["events"]
    assert kinds == truth["by_type"] and sum(kinds.values()) == truth["rows"]
    assert round(paid, 2) == truth["paid_amount"]
    assert len(people) == demo.truth["people"]["in_log"] == sum(len(v) for v in demo.truth["people"]["user_ids"].values())


def test_the_funnel_equals_a_brute_force(demo: Simulation) -> None:
    log: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for entry in of_kind(demo, "web.events"):
        for row in {r["event_id"]: r for r in lines(demo, entry) if r["user_id"] not in (None, "user_id")}.values():
            log[row["user_id"]].append((datetime.fromisoformat(row["occurred_at"]), row["event_type"]))
    funnel = demo.truth["funnel"]
    reached: dict[str, int] = dict.fromkeys(funnel["steps"], 0)
    for events in log.values():
        entered = now = None
        for step in funnel["steps"]:
            later = [at for at, kind in events if kind == step and (now is None or (at > now and at <= entered + timedelta(days=7)))]
            if not later:
                break
            now = min(later)
            entered = entered or now
            reached[step] += 1
    assert reached == funnel["by_person"]
    assert list(reached.values()) == sorted(reached.values(), reverse=True) and reached["pay"] > 0


def test_orders_are_counted_once_across_overlapping_files(demo: Simulation) -> None:
    money: dict[str, float] = {}
    orders = set()
    for entry in of_kind(demo, "shop.orders"):
        rows = [r for r in lines(demo, entry) if r["order_id"] != "合计"]
        assert len(rows) == entry["rows"]
        money |= {r["order_line_id"]: float(r["payable_amount"]) for r in rows}
        orders |= {r["order_id"] for r in rows}
        assert all(r["paid_at"] == "" or r["paid_at"] > r["ordered_at"] for r in rows)
    mall = demo.truth["orders"]["mall"]
    assert len(orders) == mall["orders"] and len(money) == mall["lines"]
    assert round(sum(money.values()), 2) == mall["payable_amount"]


def test_order_events_are_the_malls_orders(demo: Simulation) -> None:
    placed = {r["order_id"] for e in of_kind(demo, "web.events") for r in lines(demo, e) if r["event_type"] == "order"}
    listed = {r["order_id"] for e in of_kind(demo, "shop.orders") for r in lines(demo, e)}
    assert placed and placed <= listed
