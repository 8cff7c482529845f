"""A canary through the whole pipe: personal data is nowhere but in the originals, and after `pulse forget` nowhere at all."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from pipelines.ingest import originals
from tests.integration.conftest import rows, run_pulse

PHONE, NAME = "13800137742", "金丝雀小姐7742"
ORDERS = [
    ["主订单编号", "子订单编号", "选购商品", "商品数量", "订单应付金额", "收件人", "收件人手机号", "详细地址", "订单提交时间", "订单状态"],
    ["\t691792", "\t691793", "杯子", "1", "59.00", NAME, PHONE, f"海淀{NAME}收", "2026-03-01 10:00:00", "已完成"],
    ["\t691794", "\t691795", "杯子", "1", "坏的", NAME, PHONE, "海淀", "2026-03-01 10:00:00", "已完成"],
    ["\t691796", "\t691797", "杯子", "1", "60.00", "别人", "13900000000", "朝阳", "2026-03-01 11:00:00", "已完成"],
]
COMMENTS = [
    ["id", "weibo_id", "created_at", "user_screen_name", "text", "pic_url", "like_count"],
    ["1", "50", "2026-03-01 10:00:00", NAME, "喜欢", "", "3"],
    ["2", "50", "2026-03-01 10:00:00", NAME, "喜欢", "", "不是数"],
    ["3", "50", "2026-03-01 10:01:00", "别人", f"回复@{NAME}:同意", "", "1"],
]


def _write(path: Path, table: list[list[str]], encoding: str) -> Path:
    with path.open("w", newline="", encoding=encoding) as stream:
        csv.writer(stream).writerows(table)
    return path


def _files_with(data: Path, text: str) -> set[str]:
    return {str(p.relative_to(data)) for p in data.rglob("*") if p.is_file() and not p.is_symlink() and originals.holds(p, text)}


@pytest.mark.slow
def test_a_canary_is_found_in_originals_only_and_after_forgetting_nowhere(tmp_path: Path) -> None:
    data = tmp_path / "data"
    given = [_write(tmp_path / "orders.csv", ORDERS, "gb18030"), _write(tmp_path / f"{NAME}_comments.csv", COMMENTS, "utf-8-sig")]
    run_pulse(data, "ingest", *map(str, given), "--account", "小店")
    run_pulse(data, "run")
    assert {path.split("/")[0] for path in _files_with(data, PHONE)} == {"archive"}
    texts = _files_with(data, NAME)
    # Somebody else's comment quotes the name: free text is kept as written, and only there.
    assert {path.split("/")[0] for path in texts} <= {"archive", "lake", "releases"}
    assert rows(data, f"select comment_key from core.fct_comments where text not like '%{NAME}%'") != []

    done = json.loads(run_pulse(data, "forget", "weibo", NAME, "--json").stdout)  # the order's original names the person too
    assert done["found_afterwards"] == []
    assert len(done["originals_removed"]) == 2
    assert _files_with(data, PHONE) | _files_with(data, NAME) == set()
    assert rows(data, "select count(*) from core.fct_comments") == [(1,)]
    assert rows(data, "select count(*) from core.fct_orders") == [(2,)]
    assert len(list((data / "releases").glob("*.duckdb"))) == 1
