"""What a register says now, in the lake and in the warehouse: the newest load of each file, and of it the newest row of each key."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines import lake, transform, warehouse
from pipelines.cli import app
from pipelines.registers.current import current_loads, file_stem
from tests.unit.registers.conftest import TakeIn

GOALS = "目标,目标类别,指标,平台,账号,开始日期,结束日期,目标值\n"
KNOWN = "提升知名度,品牌知名度,播放/阅读量,抖音,main,2026-11-01,2026-11-30,{}\n"
UNKNOWN = "提升口碑,品牌形象,人气指数,,,2026-11-01,2026-11-30,80\n"
COMPETITORS = "竞品名称,竞争关系,平台,账号\n竞品甲,直接竞品,抖音,jia\n"
WANTED = ["stg_loads", "stg_goals", "dim_metrics", "dim_goals", "stg_competitors", "dim_competitors"]


def test_a_changed_copy_of_a_file_is_still_that_file() -> None:
    assert file_stem("goals.1a2b3c4d.xlsx") == "goals.xlsx" == file_stem("goals.xlsx")
    assert file_stem("team.plan.xlsx") == "team.plan.xlsx"


def test_the_newest_load_of_each_file_counts(data_dir: Path, write_and_take_in: TakeIn) -> None:
    write_and_take_in(data_dir / "goals.csv", GOALS + KNOWN.format(1))
    newer = write_and_take_in(data_dir / "goals.1a2b3c4d.csv", GOALS + KNOWN.format(2))
    other = write_and_take_in(data_dir / "goals-south.csv", GOALS + KNOWN.format(3))
    assert [m["load_id"] for m in current_loads()] == [newer["load_id"], other["load_id"]]


@pytest.fixture
def build(data_dir: Path, write_and_take_in: TakeIn) -> Path:
    """A build over two files of goals, one of them taken in twice with a row less, and a file of competitors."""
    write_and_take_in(data_dir / "goals.csv", GOALS + KNOWN.format(100) + UNKNOWN)
    write_and_take_in(data_dir / "goals.csv", GOALS + UNKNOWN)
    repeated = KNOWN.format(300).replace("11-01", "12-01")
    write_and_take_in(data_dir / "goals-south.csv", GOALS + repeated + repeated.replace("300", "400").replace("提升知名度", " 提升知名度"))
    write_and_take_in(data_dir / "market.csv", COMPETITORS)
    path = data_dir / "build" / "registers.duckdb"
    warehouse.begin_build(path, lake.manifests())
    nodes = transform.build_models(path, ["--select", *WANTED, "--indirect-selection", "cautious"])
    transform.require_success(nodes)
    assert {n.status for n in nodes if n.kind == "test" and "is_known_metric" in n.unique_id} == {"warn"}
    return path


def test_a_deleted_row_is_gone_in_core_and_still_in_raw(build: Path) -> None:
    with duckdb.connect(str(build), read_only=True) as connection:
        goals = "select metric, is_known_metric, target_number, account_key from core.dim_goals order by target_number"
        now = connection.execute(goals).fetchall()
        ever = connection.execute("select target_number from raw.goals order by 1").fetchall()
        accounts = connection.execute("select competitor, account_key from core.dim_competitors").fetchall()
        seen = connection.execute("select count(*) from raw.accounts").fetchall()
        platforms = connection.execute("select count(*) from raw.platforms where platform = 'registers'").fetchall()
    assert now == [(None, False, 80.0, None), ("view_count", True, 400.0, "douyin:main")]
    assert [n for (n,) in ever] == [80.0, 80.0, 100.0, 300.0, 400.0]
    assert accounts == [("竞品甲", "douyin:jia")]
    assert (seen, platforms) == ([(0,)], [(0,)])


def test_the_command_lists_what_is_loaded_and_from_which_file(data_dir: Path, write_and_take_in: TakeIn) -> None:
    write_and_take_in(data_dir / "goals.csv", GOALS + KNOWN.format(1) + UNKNOWN.replace("80", "八十"))
    done = CliRunner().invoke(app, ["registers", "list", "--json"])
    assert done.exit_code == 0
    listed = {r["register"]: r for r in json.loads(done.stdout)}
    goals = listed["goals"]
    assert (goals["file"], goals["rows"], goals["rejected"], goals["label_zh"]) == ("goals.csv", 1, 1, "目标与指标")
    assert listed["risks"]["file"] is None


def test_the_command_writes_the_templates(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["registers", "init", "--out", str(tmp_path / "forms"), "--lang", "en"])
    assert done.exit_code == 0 and "11 templates" in done.stdout
    assert (tmp_path / "forms" / "goals.xlsx").exists()
    refused = CliRunner().invoke(app, ["registers", "init", "--lang", "fr"])
    assert refused.exit_code == 1
