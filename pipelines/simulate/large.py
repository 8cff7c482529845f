"""Big files for the benchmark, written in one go: a list of posts in the 抖音 header and a behaviour log."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.simulate import parameters as p
from pipelines.simulate.exports import douyin, site_events


def _moments(rng: np.random.Generator, rows: int, days: int) -> pl.Series:
    last = datetime(p.DEFAULT_END.year, p.DEFAULT_END.month, p.DEFAULT_END.day, 23, 0)
    seconds = np.sort(rng.integers(0, days * 86400, rows))
    return pl.select(pl.lit(last) - pl.duration(seconds=pl.lit(pl.Series(seconds)))).to_series()


def large_posts(out: Path, rows: int, seed: int = 7) -> Path:
    """A csv of `rows` works of one account with the 2026 抖音 header; every title and time differs."""
    rng = np.random.default_rng([seed, 1])
    views = rng.negative_binomial(1.4, 1.4 / 9_001.4, rows)
    frame = pl.DataFrame(
        {
            "title": "一杯青禾的第" + pl.Series(np.arange(1, rows + 1)).cast(pl.String) + "天 #青禾茶饮",
            "published_at": _moments(rng, rows, 900),
            "content_type": np.where(rng.random(rows) < 0.2, "image_text", "short_video"),
            "duration": rng.integers(12, 170, rows),
            "views": views,
            **{m: rng.binomial(views, r) for m, r in p.PLATFORMS["douyin"].rates.items()},
            **{c: rng.beta(2, 6, rows) for c in ("completion", "completion_5s", "bounce_2s")},
            "watch_seconds": rng.gamma(3, 4, rows),
        }
    )
    return _save(out, douyin.works(frame).select(douyin.HEADER_2026))


def large_events(out: Path, rows: int, seed: int = 7) -> Path:
    """A behaviour log of `rows` events in time order: the generic csv, or JSON lines of the same fields where `out` ends in .jsonl."""
    rng = np.random.default_rng([seed, 2])
    kinds = np.array(["impression", "view", "click", "visit", "like", "save", "comment", "share", "register", "order", "pay"])
    weight = np.array([0.24, 0.3, 0.12, 0.09, 0.1, 0.05, 0.04, 0.03, 0.01, 0.012, 0.008])
    kind = kinds[rng.choice(len(kinds), rows, p=weight)]
    person = rng.integers(0, max(rows // 25, 1), rows)
    buying = np.isin(kind, ["order", "pay"])

    def numbered(prefix: str, numbers: np.ndarray) -> pl.Series:
        return prefix + pl.Series(numbers).cast(pl.String)

    frame = pl.DataFrame(
        {
            "event_id": numbered("e", np.arange(1, rows + 1)),
            "event_type": kind,
            "occurred_at": _moments(rng, rows, p.EVENT_DAYS).reverse().dt.strftime("%Y-%m-%dT%H:%M:%S+08:00"),
            "user_id": numbered("QH", 10_000_000 + person),
            "session_id": numbered("s", person * 7 + rng.integers(0, 7, rows)),
            "channel": np.array(p.CHANNELS)[rng.integers(0, len(p.CHANNELS), rows)],
            "campaign": pl.repeat("", rows, eager=True),
            "platform": np.array(p.DEMO_PLATFORMS)[rng.integers(0, len(p.DEMO_PLATFORMS), rows)],
            "post_id": pl.repeat("", rows, eager=True),
            "item_id": np.where(kind == "view", "P1001", ""),
            "order_id": _only(buying, numbered("QH", np.arange(rows))),
            "amount": _only(buying, pl.Series(rng.integers(10, 300, rows)).cast(pl.String) + ".00"),
            "currency": np.where(buying, "CNY", ""),
            "page": np.where(kind == "visit", "/home", ""),
            "properties": pl.repeat('{"device":"ios"}', rows, eager=True),
        }
    ).select(site_events.HEADER)
    return _save(out, frame)


def _only(wanted: np.ndarray, values: pl.Series) -> pl.Series:
    """The values where wanted, else an empty cell."""
    return pl.select(pl.when(pl.lit(pl.Series(wanted))).then(pl.lit(values)).otherwise(pl.lit(""))).to_series()


def _save(out: Path, frame: pl.DataFrame) -> Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".jsonl":
        frame.write_ndjson(out)
    else:
        frame.write_csv(out, include_bom=True)
    return out
