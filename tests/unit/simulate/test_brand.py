"""What the brand itself and others add to the platforms' exports: the books agree with the files."""

from __future__ import annotations

import csv
import io

import fastexcel
import polars as pl
import pytest

from pipelines.simulate import Simulation
from pipelines.simulate.exports import creators, voices
from tests.unit.simulate.conftest import of_kind


def rows(simulation: Simulation, entry: dict) -> list[dict[str, str]]:
    text = (simulation.out / entry["file"]).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_mention_is_in_one_file_and_labelled(demo: Simulation) -> None:
    found = [r for e in of_kind(demo, "generic.mentions") for r in rows(demo, e)]
    truth = demo.truth["mentions"]
    assert list(found[0]) == voices.MENTION_HEADER
    assert sorted(r["内容ID"] for r in found) == sorted(truth["labels"]["id"]) and len(found) == truth["count"]
    assert all(r["发布时间"] < r["发布时间"][:10] + " 23:40:00" for r in found)
    assert truth["negative_count"] == truth["labels"]["sentiment"].count(2)
    assert [e["is_benign"] for e in truth["events"]].count(False) == len(demo.truth["parameters"]["news"]["magnitudes"])


def test_every_comment_is_labelled(demo: Simulation) -> None:
    for kind, name in (("weibo.crawler_comments", "id"), ("generic.comments", "评论ID")):
        for entry in of_kind(demo, kind):
            assert [r[name] for r in rows(demo, entry)] == demo.truth["comments"][entry["account_key"]]["id"]


def test_comments_hang_on_posts_of_the_lists(demo: Simulation) -> None:
    for entry in of_kind(demo, "generic.comments"):
        lists = [e for e in of_kind(demo, "channels.videos") if e["account_key"] == entry["account_key"]]
        known = {r["视频ID"] for e in lists for r in rows(demo, e)}
        assert {r["作品ID"] for r in rows(demo, entry)} <= known


def test_ad_totals_are_the_sums_of_the_cells(demo: Simulation) -> None:
    entry = of_kind(demo, "generic.ad_days")[0]
    table = rows(demo, entry)
    assert sum(float(r["花费"]) for r in table) == pytest.approx(entry["totals"]["spend_amount"])
    assert sum(int(r["成交订单数"]) for r in table) == entry["totals"]["order_count"]
    assert len(table) == entry["rows"] == demo.truth["ads"]["days"] * len(demo.truth["ads"]["plans"])


def test_survey_figures_are_those_of_the_answers(demo: Simulation) -> None:
    truth, table = demo.truth["survey"], rows(demo, of_kind(demo, "wjx.answers")[0])
    scores = [int(r[next(k for k in r if k.startswith("1、"))]) for r in table]
    promoters, detractors = sum(s >= 9 for s in scores), sum(s <= 6 for s in scores)
    assert (promoters, detractors) == (truth["promoters"], truth["detractors"])
    assert truth["nps"] == pytest.approx((promoters - detractors) / len(scores))


def test_points_balance_but_where_it_was_planted(demo: Simulation) -> None:
    planted = demo.truth["registers"]["points"]
    entry = next(e for e in demo.truth["files"] if e["kind"] == "registers.points")
    assert entry["tables"]["points_entries"] == planted["entries"]
    assert demo.truth["rows"]["by_entity"]["points_entries"] == planted["entries"]
    ledger = fastexcel.read_excel(demo.out / entry["file"]).load_sheet("积分流水").to_polars()
    balance = ledger.with_columns(pl.col("积分变动").cum_sum().over("用户ID").alias("balance"))
    assert (balance["balance"] != balance["余额"]).sum() == planted["wrong_balances"] > 0
    assert set(planted["by_kind"]) == {"获得", "兑换", "调整"} and planted["by_kind"]["兑换"] < 0


def test_all_registers_of_the_brand_are_there(demo: Simulation) -> None:
    kinds = {e["kind"].split(".")[1] for e in demo.truth["files"] if e["platform"] == "registers"}
    assert kinds == {"goals", "campaigns", "content", "points", "risks", "crisis", "market", "costs", "team"}
    assert len(demo.truth["registers"]["goals"]) == 5


def test_foreign_platforms_alone_have_no_brand_files(abroad: Simulation) -> None:
    assert "mentions" not in abroad.truth and not of_kind(abroad, "generic.mentions")


def test_paid_notes_have_four_data_days_each(demo: Simulation) -> None:
    entry = of_kind(demo, "xiaohongshu.collaborations")[0]
    table = fastexcel.read_excel(demo.out / entry["file"]).load_sheet(0, header_row=2, dtypes="string").to_polars()
    assert (table.width, table.height) == (creators.WIDTH, entry["rows"])
    assert table.height == 4 * demo.truth["creators"]["notes"]
