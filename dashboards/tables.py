"""Tables in the reader's words and number style, with a download that no spreadsheet takes for formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import format as fmt
from dashboards import registry
from dashboards.i18n import t, t_or

MAX_ROWS = 500


def table(
    rows: pd.DataFrame, name: str, config: Mapping[str, Any] | None = None, select: bool = False, height: int | None = None
) -> int | None:
    """A table in the reader's words and number style, with a download; with select, the position of the row picked.

    Codes (platform, account_key, content_type, metric …) become names, and figures are written by their column's unit.
    """
    if rows.empty:
        st.caption(t("table.none"))
        return None
    named = with_words(rows)
    shown = named.head(MAX_ROWS).reset_index(drop=True)
    formats: dict[Any, Any] = {column: writer for column in shown.columns if (writer := _writer(str(column))) is not None}
    columns = {str(column): _column(shown[column], str(column)) for column in shown.columns} | dict(config or {})
    options: dict[str, Any] = {"on_select": "rerun", "selection_mode": "single-row", "key": f"table:{name}"} if select else {}
    event = st.dataframe(
        shown.style.format(formats, na_rep=fmt.MISSING),
        column_config=columns,
        hide_index=True,
        placeholder=fmt.MISSING,
        alt=t_or(f"table.{name}", name),
        height=height or "auto",
        **options,
    )
    _download(named, name)
    picked = event.selection.rows if select else []
    # What was picked may be gone since: fewer rows are shown after another filter.
    return int(picked[0]) if picked and picked[0] < len(shown) else None


def word(column: str, code: Any) -> str:
    """The name people know for a code in a column: a platform, an account, a step, a reason; an unknown code stays as it is."""
    special: dict[str, Callable[[Any], str]] = {
        "platform": lambda key: t("column.all_platforms") if key == "all" else registry.all_platforms().get(key, key),
        "account_key": lambda key: t("column.all_accounts") if key == "all" else registry.short_names().get(key, key),
        "content_type": registry.content_type,
        "metric": registry.label,
        "feature": registry.label,
        "top_platform": lambda key: registry.all_platforms().get(key, key),
        "channel": lambda key: (registry.all_platforms().get(key) or t_or(f"channel.{key}", key)) if key else t("funnel.no_channel"),
        "top_channel": lambda key: registry.all_platforms().get(key) or t_or(f"channel.{key}", key),
        "campaign_key": lambda key: key or t("funnel.no_campaign"),
    }
    if column in special:
        return special[column](code)
    return t_or(f"{PREFIXES[column]}.{code}", str(code))


# Columns whose codes the app has words for, and where those stand in i18n.
PREFIXES = {
    "step_name": "step", "lifecycle_state": "lifecycle", "model": "model", "severity": "severity", "door": "door", "reason_code": "reject",
    "top_reject_reason": "reject", "funnel": "funnel_name", "reason": "reason", "method": "method", "captured_at_basis": "captured_basis",
}  # fmt: skip
CODES = frozenset(PREFIXES) | {
    "platform",
    "account_key",
    "content_type",
    "metric",
    "feature",
    "channel",
    "top_channel",
    "top_platform",
    "campaign_key",
}


def with_words(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with codes replaced by the names people know."""
    words = {column: {code: word(column, code) for code in rows[column].dropna().unique()} for column in rows.columns if column in CODES}
    return rows.assign(**{column: rows[column].map(names) for column, names in words.items()})


def _writer(column: str) -> Any:
    unit = _unit(column)
    return None if unit is None else lambda figure: fmt.value(figure, unit)


def _unit(column: str) -> str | None:
    if column == "lift":
        return "times"
    if column in ("mase", "seasonal_naive_mase", "jaccard", "stability", "index_number", "log_odds_number") or column.endswith("_z"):
        return "score"
    if column in ("p_value", "q_value"):
        return "p"
    if column == "expected_number":
        return "count"
    if "_rate" in column or column in ("coverage", "smape"):
        return "ratio"
    if "_seconds" in column:
        return "seconds"
    if column.endswith(("_count", "_amount")) or column.startswith("rows_"):
        return registry.metric(column).unit if column.endswith("_amount") else "count"
    return None


def _column(values: pd.Series, column: str) -> Any:
    label, known = registry.label(column), registry.metric(column)
    if pd.api.types.is_datetime64_any_dtype(values):
        present = values.dropna()
        whole_days = present.dt.tz is None and bool((present == present.dt.normalize()).all())
        return (
            st.column_config.DateColumn(label, format="YYYY-MM-DD")
            if whole_days
            else st.column_config.DatetimeColumn(label, format="YYYY-MM-DD HH:mm")
        )
    if column == "permalink":
        return st.column_config.LinkColumn(label, display_text=t("table.open"), width="small")
    if column == "title":
        return st.column_config.TextColumn(label, width="medium")
    return st.column_config.Column(label, help=known.help if known.sql or known.additivity == "never" else None)


def _download(rows: pd.DataFrame, name: str) -> None:
    note = t("table.rows", n=len(rows)) if len(rows) <= MAX_ROWS else t("table.cut", shown=MAX_ROWS, n=len(rows))
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        st.caption(note, width="content")
        st.download_button(
            t("table.download"), csv(rows), file_name=f"{name}.csv", mime="text/csv", key=f"download:{name}", type="tertiary",
            on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def csv(rows: pd.DataFrame) -> bytes:
    """The rows as a CSV that Excel opens as Chinese text and in which no cell is a formula."""
    safe = rows.rename(columns=fmt.safe_cell)
    for column in safe.columns[safe.dtypes.map(lambda kind: not pd.api.types.is_numeric_dtype(kind))]:
        safe[column] = safe[column].map(fmt.safe_cell)
    return safe.to_csv(index=False).encode("utf-8-sig")
