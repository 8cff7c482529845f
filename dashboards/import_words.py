"""The words of the import page: canonical columns, open questions and problems, in the reader's language."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from dashboards import format as fmt
from dashboards.i18n import named, t, t_or
from pipelines.mapping.draft import CHOICES, Draft, Question, reading_of
from pipelines.mapping.names import metric_labels


def field(to: str) -> str:
    """What people call a canonical column: the registry's name of a metric, else the app's own word."""
    if to in metric_labels():
        return named(*metric_labels()[to])
    return t_or(f"field.{to}", to)


def fields(names: str) -> str:
    """Several canonical columns, given with commas between."""
    return t("list_separator").join(field(name.strip()) for name in names.split(","))


def asked(question: Question) -> str:
    """An open question as a sentence, safe in Markdown."""
    code = "needed_choice" if question.code == "needed" and question.options else question.code
    return t(
        f"ask.{code}",
        column=fmt.plain(question.column),
        example=fmt.plain(question.example),
        field=fields(question.detail.split(",")[0] if code == "needed_choice" else question.detail) if question.detail else "",
    )


def choice(draft: Draft, question: Question, option: str) -> str:
    """An answer to a question, with what the column's own value then means."""
    example, column = question.example, draft.column(question.column) if question.column else None
    if question.code == "date_order" and column is not None:
        sample, reading = reading_of(column, option)  # type: ignore[arg-type]  # the question's options are the orders
        return t(f"choice.{option}", example=fmt.plain(sample), reading=fmt.plain(reading or t("choice.unreadable")))
    if question.code == "scale" and column is not None:
        bare = next((s for s in column.samples if re.fullmatch(r"\d+(?:\.\d+)?", s)), "0.5")
        return t(f"choice.{option}", example=fmt.plain(bare), fraction=_percent(float(bare) * 100), percent=_percent(float(bare)))
    if question.code == "unit":
        return f"{fmt.plain(example)} {t(f'choice.{option}')}"
    if question.code in ("platform", "entity"):
        return t_or(f"entity.{option}", option)
    return t(f"choice.{option}")


def _percent(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".") + "%"


def problem(found: dict[str, Any]) -> None:
    """Show why a file is refused: one sentence in the reader's language, and what the engine said where that says more."""
    st.error(t_or(f"problem.{found['code']}", fmt.plain(found["message"])), icon=":material/error:")
    if f"problem.{found['code']}" in ("problem.broken_workbook", "problem.too_heavy", "problem.unreadable"):
        st.text(found["message"])


def fixed_choices(name: str) -> dict[str, str]:
    """The values a column may have for a whole file, with their words."""
    return {value: t_or(f"choice.{value}", value) for value in CHOICES[name]}
