"""A demo release, built once per test session and shared by all workers; and a way to run `pulse` as a person does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

PROJECT = Path(__file__).resolve().parents[2]
REAL_DATA = PROJECT.parent / "shared" / "data"

needs_real_data = pytest.mark.skipif(not REAL_DATA.exists(), reason="the folder with real exports is not on this machine")

Pulse = Callable[..., subprocess.CompletedProcess[str]]


def run_pulse(data_dir: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """`pulse …` in a process of its own on `data_dir`."""
    environment = {**os.environ, "PULSE_DATA_DIR": str(data_dir), "PULSE_SETTLE_SECONDS": "0"}
    environment.pop("DAGSTER_HOME", None)
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=600)
    if check and done.returncode != 0:
        raise AssertionError(f"pulse {' '.join(arguments)} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done


def rows(data_dir: Path, sql: str) -> list[tuple]:
    """Result of a query on the published release."""
    with duckdb.connect(str((data_dir / "warehouse.duckdb").resolve()), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def figures(data_dir: Path, schemas: tuple[str, ...] = ("core", "marts")) -> dict[str, tuple]:
    """Row count and order-free hash of every table: equal figures give equal dictionaries. Columns about the clock are left out."""
    clock = {"age_hours", "published_at_release", "loaded_at", "is_late", "expected_by_at", "last_loaded_at"}
    found: dict[str, tuple] = {}
    with duckdb.connect(str((data_dir / "warehouse.duckdb").resolve()), read_only=True) as connection:
        connection.execute("set TimeZone = 'Asia/Shanghai'")
        for schema in schemas:
            tables = connection.execute("select table_name from duckdb_tables() where schema_name = ? order by 1", [schema]).fetchall()
            for (table,) in tables:
                columns = connection.execute(
                    "select column_name from duckdb_columns() where schema_name = ? and table_name = ? order by column_index",
                    [schema, table],
                ).fetchall()
                kept = ", ".join(_rounded(connection, schema, table, c) for (c,) in columns if c not in clock)
                found[f"{schema}.{table}"] = connection.execute(
                    f"select count(*), bit_xor(hash(t)), sum(hash(t)::hugeint % 1000003) from (select {kept} from {schema}.{table}) t"
                ).fetchone()
    return found


def _rounded(connection: duckdb.DuckDBPyConnection, schema: str, table: str, column: str) -> str:
    """Floats are compared to nine digits: sums in another order differ in the last bits."""
    kind = connection.execute(
        "select data_type from duckdb_columns() where schema_name = ? and table_name = ? and column_name = ?", [schema, table, column]
    ).fetchone()[0]
    return f'printf(\'%.9g\', "{column}") as "{column}"' if kind in ("DOUBLE", "FLOAT") else f'"{column}"'


@pytest.fixture
def pulse(tmp_path: Path) -> Iterator[tuple[Path, Pulse]]:
    """(data folder, function that runs `pulse` on it)."""
    data_dir = tmp_path / "data"
    yield data_dir, lambda *arguments, **options: run_pulse(data_dir, *arguments, **options)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of a small simulated brand, published. Shared and read-only: copy it before changing anything."""
    own = tmp_path_factory.getbasetemp()  # of this session; with xdist, of this worker in the session's folder
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "pulse-demo"
    with FileLock(f"{shared}.lock"):
        if not (shared / "ready.json").exists():
            shutil.rmtree(shared, ignore_errors=True)
            simulated = shared / "simulated"
            run_pulse(shared, "simulate", "--out", str(simulated), "--days", "150", "--accounts", "1", "--scale", "0.3", "--seed", "11")
            shutil.copytree(simulated, shared / "landing", ignore=shutil.ignore_patterns("truth.json"))
            run_pulse(shared, "run")
            (shared / "ready.json").write_text(json.dumps({"ready": True}), encoding="utf-8")
    return shared


@pytest.fixture
def demo_copy(demo: Path, tmp_path: Path) -> Path:
    """A copy of the demo's data folder that a test may change."""
    target = tmp_path / "demo"
    shutil.copytree(demo, target, symlinks=True)
    return target
