"""What an answer of a survey says: answered, skipped or left blank; its options; the number it begins with."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from pipelines.ingest.identity import md5

SKIPPED = ["(跳过)", "（跳过）", "skipped"]
BLANK = ["(空)", "（空）", ""]
OPTION_SEPARATOR = "┋"


def survey_name(source_name: str) -> str:
    """A survey's name where the file has none: the file's name without dates, counters and ending."""
    stem = re.sub(r"[ _-]*(\(\d+\)|（\d+）|\d{6,})", "", Path(source_name).stem)
    return stem.strip(" _-") or Path(source_name).stem


def with_answers(table: pl.DataFrame) -> pl.DataFrame:
    """Adds the keys of survey and question and what follows from `answer_text`. A skipped or blank answer has no text."""
    raw = pl.col("answer_text").str.strip_chars().fill_null("")
    state = pl.when(raw.is_in(SKIPPED)).then(pl.lit("skipped")).when(raw.is_in(BLANK)).then(pl.lit("blank")).otherwise(pl.lit("answered"))
    text = pl.when(state == "answered").then(raw)
    options = text.str.replace_all(r"〖[^〗]*〗", "").str.split(OPTION_SEPARATOR).list.eval(pl.element().str.strip_chars())
    leading = text.str.extract(r"^([0-9]+(?:\.[0-9]+)?)\s*(?:分|[(（]|$)", 1).cast(pl.Float64)
    question = pl.col("question").str.replace(r"__[0-9]+$", "").str.strip_chars()
    table = table.with_columns(
        state.alias("answer_state"), text.alias("answer_text"), options.alias("answer_options"), question.alias("question")
    ).with_columns(
        leading.alias("answer_number"),
        pl.col("question").str.extract(r"^[(（]?([0-9]+)[)）]?\s*[、.．\s(（]", 1).alias("question_number"),
    )
    survey = pl.concat_str("platform", "account_key", "survey", separator="\x1f")
    table = table.with_columns(md5(table.select(survey).to_series()).alias("survey_key"))
    asked = pl.concat_str("survey_key", pl.col("question").str.replace_all(r"\s+", " "), separator="\x1f")
    return table.with_columns(md5(table.select(asked).to_series()).alias("question_key"))
