"""Every text of others with its tone, class, need and topic; a person's label always wins over the model's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from pipelines.analyses.analysis import Tables
from pipelines.analyses.text import categories, relevance, sentiment, topic_weeks
from pipelines.analyses.text.tables import TEXT_CATEGORIES, TEXT_LABELS, TEXT_MODELS

IRRELEVANT = "irrelevant"  # a person's label: the text does not mean the brand


def text_tables(
    texts: pl.DataFrame, labels: pl.DataFrame, crisis_types: pl.DataFrame, own_words: pl.DataFrame, topic_terms: pl.DataFrame
) -> Tables:
    """Labels of every text, the models with what they are worth, the topics by week and the terms that rise."""
    texts = texts.with_columns(text=pl.col("text").fill_null("")).sort("text_key")
    labels = labels.unique("text_key", keep="last", maintain_order=True).sort("text_key")
    known = categories.categories(crisis_types)
    taught = labels.filter(pl.col("label").is_in(sentiment.CLASSES) & pl.col("text").is_not_null())
    model = sentiment.train(taught["text"].to_list(), taught["label"].to_list()) if taught.height else sentiment.shipped()
    judged = label_texts(texts, model, known)
    rules = measure_rules(judged, labels)
    judged = human_first(judged, labels, known)
    words = own_words["word"].to_list()
    with_sentiment = texts.join(judged.select("text_key", "sentiment", "is_relevant"), on="text_key", maintain_order="left")
    weeks = topic_weeks.topic_tables(with_sentiment, words, topic_terms)
    return {
        "text_labels": judged.join(weeks.topic_of, on="text_key", how="left", maintain_order="left")
        .select(list(TEXT_LABELS))
        .cast(TEXT_LABELS),  # type: ignore[arg-type]
        "text_categories": _category_table(known),
        "text_models": _model_table(model, rules),
        "topics": weeks.topics,
        "text_terms": weeks.terms,
        "topic_terms": weeks.memory,
    }


def label_texts(texts: pl.DataFrame, model: sentiment.Model, known: Sequence[categories.Category]) -> pl.DataFrame:
    """The machine's labels of each text. A grave word in a text that looks neutral is left to a person: sentiment abstains."""
    probabilities = model.probabilities(texts["text"].to_list())
    tone = sentiment.decide(probabilities, model.thresholds)
    hit = categories.hits(texts["text"], known)
    severity = {c.key: c.severity for c in known}
    by_gravity = sorted(severity, key=lambda key: -severity[key])
    frame = pl.concat(
        [
            texts.select("text_key", "text"),
            hit,
            pl.DataFrame(
                {
                    "sentiment": pl.Series(tone.tolist(), dtype=pl.String),
                    "positive_rate": np.round(probabilities[:, 2], 6),
                    "negative_rate": np.round(probabilities[:, 0], 6),
                }
            ),
        ],
        how="horizontal",
    )
    grave = pl.any_horizontal([pl.col(key) for key in by_gravity if severity[key] >= categories.SEVERE])
    frame = frame.with_columns(sentiment=pl.when((pl.col("sentiment") == "neutral") & grave).then(pl.lit("abstain")).otherwise("sentiment"))
    speaks = pl.col("sentiment").is_in(["negative", "abstain"])
    return frame.with_columns(
        categories=pl.when(speaks)
        .then(pl.concat_list([pl.when(pl.col(key)).then(pl.lit(key)) for key in by_gravity]).list.drop_nulls())
        .otherwise(pl.lit([], pl.List(pl.String))),
        need_label=categories.needs(frame["text"], frame["sentiment"]),
        is_relevant=pl.Series(relevance.is_relevant(texts["keyword"].to_list(), texts["text"].to_list()), dtype=pl.Boolean),
        model_version=pl.lit(model.version),
        is_human_label=pl.lit(value=False),
    ).pipe(_gravest, severity)


def _gravest(frame: pl.DataFrame, severity: dict[str, int]) -> pl.DataFrame:
    first = pl.col("categories").list.first()
    return frame.with_columns(
        category=first,
        severity_level=first.replace_strict(severity, default=None, return_dtype=pl.Int64),
        needs_human=~pl.col("is_human_label")
        & pl.col("is_relevant")
        & ((pl.col("sentiment") == "abstain") | ((pl.col("sentiment") == "negative") & (pl.col("categories").list.len() == 0))),
    )


def human_first(judged: pl.DataFrame, labels: pl.DataFrame, known: Sequence[categories.Category]) -> pl.DataFrame:
    """The same rows with what a person said in place of what the machine said, field by field."""
    said = labels.select("text_key", own_label="label", own_category="category", own_need="need_label")
    frame = judged.join(said, on="text_key", how="left", maintain_order="left")
    own = pl.col("own_label")
    frame = frame.with_columns(
        sentiment=pl.when(own.is_in(sentiment.CLASSES)).then(own).otherwise("sentiment"),
        is_relevant=pl.when(own == IRRELEVANT)
        .then(pl.lit(value=False))
        .when(own.is_not_null())
        .then(pl.lit(value=True))
        .otherwise("is_relevant"),
        categories=pl.when(pl.col("own_category").is_not_null())
        .then(pl.concat_list("own_category"))
        .when(own.is_in(["positive", "neutral"]))
        .then(pl.lit([], pl.List(pl.String)))
        .otherwise("categories"),
        need_label=pl.coalesce("own_need", "need_label"),
        is_human_label=own.is_not_null(),
    )
    return _gravest(frame, {c.key: c.severity for c in known})


def measure_rules(judged: pl.DataFrame, labels: pl.DataFrame) -> dict[str, tuple[int, float | None, float | None, float | None]]:
    """How often the rules agree with people: n, share and interval for classes and needs; the rules never learn from labels."""
    both = labels.select("text_key", own_category="category", own_need="need_label").join(judged, on="text_key")
    named = both.filter(pl.col("own_category").is_not_null())
    wanted = both.filter(pl.col("own_need").is_not_null())
    hit = named.select(pl.col("categories").list.contains(pl.col("own_category")))["categories"].to_numpy() if named.height else np.zeros(0)
    right = (wanted["own_need"] == wanted["need_label"]).to_numpy() if wanted.height else np.zeros(0)
    return {"category": categories.share_right(hit), "need": categories.share_right(right)}


def _category_table(known: Sequence[categories.Category]) -> pl.DataFrame:
    rows = [(c.key, c.name_zh, c.name_en, c.severity, c.crisis_type) for c in known]
    return pl.DataFrame(rows, schema=TEXT_CATEGORIES, orient="row")


def _model_table(model: sentiment.Model, rules: dict[str, Any]) -> pl.DataFrame:
    known, own = model.bank_measure, model.own_measure
    transfer = _transfer()
    at_threshold = own or known
    first = (
        "sentiment", model.version, model.bank_count, model.own_count, model.is_own,
        known.accuracy, known.low, known.high, *((own.accuracy, own.low, own.high) if own else (None, None, None)),
        at_threshold.negative_precision, at_threshold.decided,
        transfer["accuracy_rate"], transfer["text_count"], transfer["set"], *model.thresholds,
    )  # fmt: skip
    others = [
        (name, sentiment.code_version(), None, n, False, None, None, None, rate, low, high, *[None] * 8)
        for name, (n, rate, low, high) in rules.items()
    ]
    return pl.DataFrame([first, *others], schema=TEXT_MODELS, orient="row").with_columns(pl.selectors.float().round(6))


@lru_cache(maxsize=1)
def _transfer() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "transfer.yaml").read_text(encoding="utf-8"))
    return found
