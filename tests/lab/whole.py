"""Whole worlds through export files, ingestion, dbt and the analyses: the warehouse against the books, its findings against the truth.

A world's files are written, `pulse run` takes them in as on anybody's machine, and the published release is read. What the books say must
be there to the last row. The worlds are as small as a demo, so of the findings only intervals, false alarms and labels are measured.
"""

from __future__ import annotations

import hashlib
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.simulate import simulate
from pipelines.simulate.answers import Answers, answers
from pipelines.simulate.parameters import DEMO_PLATFORMS
from pipelines.simulate.world import Scenario, build
from tests.integration.conftest import run_pulse
from tests.lab.content import true_effect
from tests.lab.crises import score_alerts
from tests.lab.measures import Measures

SIZE: dict[str, Any] = {"days": 150, "accounts": 1, "scale": 0.3}
IN_BLOCKS = ("wechat.tendency", "xiaohongshu.account")  # the books count the days of these files, the reader each block's rows
OTHERWISE_COUNTED = ("account_days", "account_channel_days", "orders")  # their rows are one fact of several files, or lines of an order
SENTIMENTS = ("positive", "neutral", "negative")  # as the books number them
STEP = {"hour": timedelta(hours=1), "day": timedelta(days=1)}

Figures = dict[str, float]


def whole_world(seed: int) -> dict[str, list[float]]:
    """Every measure of one world that went through files; what differs from the books is printed."""
    measures = Measures()
    with tempfile.TemporaryDirectory(prefix="pulse-world-") as name:
        data = Path(name)
        made = simulate(data / "landing", seed=seed, **SIZE, truth_path=data / "truth.json")
        sha256 = {hashlib.sha256(path.read_bytes()).hexdigest(): entry for path, entry in zip(made.files, made.truth["files"], strict=True)}
        run_pulse(data, "run")
        with duckdb.connect(str((data / "warehouse.duckdb").resolve()), read_only=True) as release:
            release.execute("set TimeZone = 'UTC'")
            compare_with_books(release, made.truth, sha256, measures)
            world = build(Scenario(seed=seed, **SIZE, platforms=DEMO_PLATFORMS))
            score_findings(release, made.truth, answers(world), measures)
    return dict(measures.values)


def compare_with_books(release: duckdb.DuckDBPyConnection, truth: dict, sha256: dict[str, dict], measures: Measures) -> None:
    """Rows of files that nobody accounts for, files that were read otherwise than written, and figures unlike the books."""
    loads = release.execute("select sha256, rows_in, rows_loaded, rows_duplicate, rows_rejected from raw.loads").fetchall()
    measures.add("files: rows lost (neither loaded, duplicate nor rejected)", sum(abs(a - b - c - d) for _, a, b, c, d in loads))
    loaded = {one[0]: one[2] for one in loads}
    for sha, entry in sha256.items():
        if entry["kind"] not in IN_BLOCKS:
            books = None if entry.get("expected") else sum(entry["tables"].values()) if entry.get("tables") else entry["rows"]
            _told(measures, "files: files read otherwise than written", entry["file"], books, loaded.get(sha))
    books, found = in_books(truth), in_warehouse(release, truth)
    for name, figure in books.items():
        _told(measures, "files: figures of the warehouse unlike the books", name, figure, found.get(name, 0))
    for account in truth["accounts"]:
        measures.share("files: account days unlike the books", _wrong_days(release, account))


def _told(measures: Measures, measure: str, name: str, books: float | None, found: float | None) -> None:
    is_wrong = books != found if books is None or found is None else abs(books - found) > 0.005
    measures.add(measure, is_wrong)
    if is_wrong:
        print(f"{name}: {books} in the books, {found} in the warehouse")


def in_books(truth: dict) -> Figures:
    """Counts and amounts by name, as the simulator wrote them down."""
    out = {f"rows of {k}": v for k, v in truth["rows"]["by_entity"].items() if k not in OTHERWISE_COUNTED}
    out |= {f"posts of {account['account_key']}": account["posts_in_files"] for account in truth["accounts"]}
    for account in truth["accounts"]:
        for capture in account["captures"]:
            out |= {f"{k} of {account['account_key']} at {capture['captured_at']}": v for k, v in capture["totals"].items()}
    out |= {f"{k} events": v for k, v in truth["events"]["by_type"].items()}
    out |= {f"{k} in the funnel": v for k, v in truth["funnel"]["by_person_and_day"].items()}
    out["people in the log"] = truth["people"]["in_log"]
    mall, shop = truth["orders"]["mall"], truth["orders"]["douyin_shop"]
    out |= {f"shop: {k}": mall[k] for k in ("orders", "lines", "payable_amount", "paid_orders", "buyers")}
    return out | {f"doudian: {k}": shop[k] for k in ("orders", "lines", "payable_amount")}


def in_warehouse(release: duckdb.DuckDBPyConnection, truth: dict) -> Figures:
    """The same figures from the published release."""
    tables = [t for (t,) in release.execute("select table_name from duckdb_tables() where schema_name = 'core'").fetchall()]
    union = " union all ".join(f"select 'rows of {t.split('_', 1)[1]}', count(*) from core.{t}" for t in tables)
    counts = sorted({k for account in truth["accounts"] for capture in account["captures"] for k in capture["totals"]})
    capture = "account_key || ' at ' || strftime(captured_at, '%Y-%m-%dT%H:%M:%SZ')"
    order_figures = {
        "orders": "count(*)", "lines": "sum(line_count)", "payable_amount": "sum(payable_amount)",
        "paid_orders": "count(paid_at)", "buyers": "count(distinct person_key)",
    }  # fmt: skip
    queries = [
        union,
        "select 'posts of ' || account_key, count(*) from core.dim_posts group by 1",
        "select event_type || ' events', count(*) from core.fct_events group by 1",
        "select step_name || ' in the funnel', sum(people_count) from marts.mart_funnel_steps where funnel = 'main' group by 1",
        "select 'people in the log', count(*) from core.dim_people where event_count > 0",
        *(f"select '{c} of ' || {capture}, sum({c}) from core.fct_post_snapshots group by 1" for c in counts),
        *(f"select platform || ': {name}', {sql} from core.fct_orders group by 1" for name, sql in order_figures.items()),
    ]
    return {name: float(n) for sql in queries for name, n in release.execute(sql).fetchall() if n is not None}


def _wrong_days(release: duckdb.DuckDBPyConnection, account: dict) -> list[bool]:
    """Of each daily figure that the warehouse has of an account: whether the books say another."""
    days = release.execute("select * from core.fct_account_days where account_key = ?", [account["account_key"]]).pl()
    first = date.fromisoformat(account["daily"]["first_date"])
    wrong = []
    for metric, books in account["daily"].items():
        if metric in days.columns:
            known = days.select("business_date", metric).drop_nulls().rows()
            wrong += [books[(day - first).days] != value for day, value in known]
    return wrong


def score_findings(release: duckdb.DuckDBPyConnection, truth: dict, planted: Answers, measures: Measures) -> None:
    """Intervals of content effects, suggestions that would do harm, alerts, and the tone of mentions, beside what was planted."""
    effects = release.execute("select * from marts.mart_effects where analysis = 'content_effects' and effect is not null").pl()
    known = [(row, true) for row in effects.to_dicts() if (true := true_effect(planted, row)) is not None]
    measures.share("files: 95 % interval of a content effect holds the truth", [r["ci_low"] <= t <= r["ci_high"] for r, t in known])
    suggested = release.execute("select * from marts.mart_suggestions where score_number is not null").pl().to_dicts()
    bad = [true <= 0 for row in suggested if (true := true_effect(planted, row)) is not None]
    measures.add("files: suggestions", len(suggested))
    measures.add("files: suggestions that bring nothing", sum(bad))
    alerts = release.execute("select started_at, frequency from marts.mart_alerts where is_alert").fetchall()
    first, last = release.execute("select min(published_at), max(published_at) from core.fct_mentions").fetchall()[0]
    score_alerts([at + STEP[frequency] for at, frequency in alerts], planted.crises, (first, last), measures, "files")
    labels = pl.DataFrame({k: truth["mentions"]["labels"][k] for k in ("id", "sentiment")})
    found = release.execute(
        """select platform_mention_id as id, sentiment as found from core.fct_mentions
           inner join analyses.text_labels on text_key = 'mention:' || mention_key"""
    ).pl()
    both = labels.join(found, on="id").with_columns(pl.col("sentiment").replace_strict(dict(enumerate(SENTIMENTS)), return_dtype=pl.String))
    told = both.filter(pl.col("found") != "abstain")
    measures.share("files: tone of a mention, where it is told, is the planted one", told["sentiment"] == told["found"])
    measures.share("files: planted negative mentions called negative", both.filter(sentiment="negative")["found"] == "negative")
