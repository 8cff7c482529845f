"""`uv run poe bench`: speed as a ratio to the least work that gives the same result, both measured in this run.

Each measurement runs in a process of its own and counts CPU seconds after imports: on two shared cores wall time is a matter of luck.
Floors: DuckDB reading the same file into text columns; hand-written SQL for the same facts and marts (floor.sql).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
SIZES = (100_000, 1_000_000)


def measured(work: Callable[[], object]) -> dict[str, float]:
    """CPU seconds of this process and its children, and its peak memory in MB."""
    before = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = time.process_time() - before[0] + children.ru_utime - before[1].ru_utime + children.ru_stime - before[1].ru_stime
    return {"cpu": spent, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def floor_read(path: Path) -> dict[str, float]:
    """DuckDB reads the file into a table of text columns."""
    import duckdb

    with tempfile.TemporaryDirectory() as scratch:
        connection = duckdb.connect(f"{scratch}/floor.duckdb")
        if path.suffix == ".jsonl":
            keys = json.loads(path.open(encoding="utf-8-sig").readline())
            columns = ", ".join(f"'{k}': 'VARCHAR'" for k in keys)
            sql = f"create table t as select * from read_json('{path}', format = 'newline_delimited', columns = {{{columns}}})"
        else:
            sql = f"create table t as select * from read_csv('{path}', all_varchar = true)"
        return measured(lambda: connection.execute(sql))


def ingest(path: Path) -> dict[str, float]:
    """Recognise, read, parse, account and commit one file to an empty lake."""
    import pandas  # noqa: F401 - DuckDB imports it to look at frames; imports are not what is measured
    import pyarrow.dataset  # noqa: F401

    from pipelines.ingest.load import Catalogue, Hints, take_in

    catalogue = Catalogue()
    return measured(lambda: take_in(path, Hints(account="bench"), catalogue))


def build_floor(lake_dir: Path) -> dict[str, float]:
    """Hand-written SQL over the lake of PULSE_DATA_DIR."""
    from pipelines import lake, warehouse

    build = lake_dir / "floor.duckdb"
    warehouse.begin_build(build, lake.manifests(), from_scratch=True)
    with warehouse.connect(build) as connection:
        return measured(lambda: connection.execute((HERE / "floor.sql").read_text(encoding="utf-8")))


def build_dbt(lake_dir: Path) -> dict[str, float]:
    """The dbt project over the same lake, from scratch; start-up (parsing) is measured by a first build of nothing."""
    from pipelines import lake, transform, warehouse

    build = lake_dir / "dbt.duckdb"
    warehouse.begin_build(build, lake.manifests(), from_scratch=True)
    transform.invoke(build, "parse")
    startup = measured(lambda: transform.invoke(build, "list", "--select", "stg_loads"))
    whole = measured(lambda: transform.require_success(transform.build_models(build, ["--exclude", transform.AFTER_ANALYSES])))
    return {"cpu": whole["cpu"] - startup["cpu"], "mb": whole["mb"]}


def whole_run(_: Path) -> dict[str, float]:
    """`pulse run` from landing to a published release, in a process of its own."""
    command = [sys.executable, "-m", "pipelines.cli", "run"]
    return measured(lambda: subprocess.run(command, check=True, capture_output=True))


CHILDREN = {f.__name__: f for f in (floor_read, ingest, build_floor, build_dbt, whole_run)}


def child(name: str, path: Path, data: Path) -> dict[str, float]:
    """Run one measurement in a process of its own on `data`."""
    environment = {**os.environ, "PULSE_DATA_DIR": str(data)}
    command = [sys.executable, "-m", "tests.benchmarks.run", "--child", name, "--path", str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def bench(rows: int, scratch: Path) -> list[dict[str, object]]:
    """All measurements at one size; `rows` posts and `rows` events."""
    from pipelines.simulate.large import large_events, large_posts

    landing = scratch / "run" / "landing" / "bench"
    posts, events = large_posts(landing / "works.csv", rows), large_events(landing / "events.csv", rows)
    lines = large_events(scratch / "events.jsonl", rows)
    table: list[dict[str, object]] = []
    lake_dir = scratch / "lake"

    def add(name: str, count: int, ours: dict[str, float], floor: dict[str, float]) -> None:
        ratio = ours["cpu"] / max(floor["cpu"], 1e-9)
        table.append({"work": name, "rows": count, "rows_per_cpu_second": round(count / ours["cpu"]), "cpu": round(ours["cpu"], 2)})
        table[-1] |= {"floor_cpu": round(floor["cpu"], 2), "ratio": round(ratio, 2), "peak_mb": round(ours["mb"])}

    floors = {path: child("floor_read", path, lake_dir) for path in (posts, events, lines)}
    add("works csv → lake", rows, child("ingest", posts, lake_dir), floors[posts])
    add("events csv → lake", rows, child("ingest", events, lake_dir), floors[events])
    add("events jsonl → lake", rows, child("ingest", lines, scratch / "lake_jsonl"), floors[lines])
    sql = child("build_floor", lake_dir, lake_dir)
    add("dbt build, start-up taken off", 2 * rows, child("build_dbt", lake_dir, lake_dir), sql)
    total = {"cpu": floors[posts]["cpu"] + floors[events]["cpu"] + sql["cpu"]}
    add("whole run", 2 * rows, child("whole_run", lake_dir, scratch / "run"), total)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--json", type=Path, help="Also write the figures to this file.")
    parser.add_argument("--child", choices=CHILDREN, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(CHILDREN[options.child](options.path)))
        return
    results: list[dict[str, object]] = []
    for rows in options.sizes:
        with tempfile.TemporaryDirectory(prefix="pulse-bench-") as scratch:
            results += bench(rows, Path(scratch))
    shown = Table(*results[0])
    for row in results:
        shown.add_row(*(f"{v:,}" if isinstance(v, int) else str(v) for v in row.values()))
    Console().print(shown)
    if options.json:
        options.json.write_text(json.dumps({"measured_at": datetime.now(UTC).isoformat(), "results": results}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
