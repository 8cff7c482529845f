"""Made-up texts for the tests of the analysis of texts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.text.tables import TOPIC_TERMS
from pipelines.analyses.text.training.bank import sentences

LAST = dt.date(2026, 11, 22)
LABELS: Any = dict.fromkeys(("text_key", "text", "label", "category", "need_label"), pl.String)
THEMES = [
    ["杯子", "颜色", "联名", "设计", "收藏", "限定", "图案", "贴纸", "手柄", "礼盒"],
    ["排队", "门店", "座位", "空调", "装修", "停车", "地铁", "商场", "开业", "营业"],
    ["珍珠", "芋圆", "奶盖", "茶底", "椰果", "布丁", "红豆", "仙草", "糯米", "冰沙"],
]


def texts(written: list[str], **columns: Any) -> pl.DataFrame:
    """A frame as the analysis reads it, one row per text, one author each, all on the last day unless told otherwise."""
    n = len(written)
    usual = {
        "text_key": [f"comment:{i:06d}" for i in range(n)],
        "source": ["comment"] * n,
        "text": written,
        "keyword": [None] * n,
        "author_key": [f"a{i}" for i in range(n)],
        "business_date": [LAST] * n,
        "is_about_us": [True] * n,
    }
    schema: Any = dict.fromkeys(("text_key", "source", "text", "keyword", "author_key"), pl.String)
    return pl.DataFrame(usual | columns, schema=schema | {"business_date": pl.Date, "is_about_us": pl.Boolean})


def inputs(frame: pl.DataFrame, labels: pl.DataFrame | None = None, memory: pl.DataFrame | None = None) -> dict[str, pl.DataFrame]:
    """Everything the analysis reads, empty but for what is given."""
    types: Any = {"crisis_type": pl.String, "default_severity_level": pl.Int64, "keywords": pl.List(pl.String)}
    return {
        "texts": frame,
        "labels": pl.DataFrame(schema=LABELS) if labels is None else labels,
        "crisis_types": pl.DataFrame(schema=types),
        "own_words": pl.DataFrame({"word": ["青禾茶饮"]}),
        "topic_terms": pl.DataFrame(schema=TOPIC_TERMS) if memory is None else memory,
    }


def themed(n: int, seed: int = 0, weeks: int = 12, surge: int | None = None) -> pl.DataFrame:
    """Texts of three themes spread evenly over weeks; with `surge`, that theme's share triples in the last week."""
    rng = np.random.default_rng(seed)
    ago = rng.integers(0, weeks * 7, n)
    theme = rng.integers(0, 3, n)
    if surge is not None:
        theme = np.where((ago < 7) & (rng.random(n) < 0.7), surge, theme)
    written = [" ".join(rng.choice(THEMES[t], 4, replace=False)) for t in theme]
    return texts(written, business_date=[LAST - dt.timedelta(days=int(d)) for d in ago])


def own_labels(n: int) -> pl.DataFrame:
    """Labels as a team would give them: sentences of the bank in a dialect of its own."""
    said = [s for s in sentences() if s.language == "zh"][:: max(len(sentences()) // (2 * n), 1)][:n]
    return pl.DataFrame(
        {
            "text_key": [f"x{i}" for i in range(len(said))],
            "text": [f"{s.text} 噻{i}" for i, s in enumerate(said)],
            "label": [s.label for s in said],
            "category": [None] * len(said),
            "need_label": [None] * len(said),
        },
        schema=LABELS,
    )
