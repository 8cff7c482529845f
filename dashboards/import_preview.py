"""What a mapping makes of the file: counts, each column as written and as read, the rows, and the rejects with their reasons."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import format as fmt
from dashboards import import_words
from dashboards.i18n import t, t_or
from pipelines.mapping.draft import Draft, column_questions
from pipelines.mapping.formats import to_yaml
from pipelines.mapping.names import platform_choices


def show(draft: Draft, found: dict[str, Any], complete: bool) -> None:
    """The preview of a mapped file."""
    counts(found)
    columns, rows, rejects, text = st.tabs(
        [t("import.tab_columns"), t("import.tab_rows"), t("import.tab_rejects", n=fmt.exact(found["rows_rejected"])), t("import.tab_yaml")]
    )
    zone = draft.timezone or platform_choices()[draft.platform or ""].timezone
    with columns:
        listed = _by_column(draft, found, zone)
        height = 38 + 35 * len(listed)  # all of it: this is what people check
        st.dataframe(listed, hide_index=True, placeholder=fmt.MISSING, height=height, alt=t("import.tab_columns"))
    with rows:
        st.dataframe(_rows(found, zone), hide_index=True, alt=t("import.tab_rows"))
    with rejects:
        show_rejects(found["rejects"], found["rows_rejected"])
    with text:
        st.caption(t("import.yaml_note"))
        st.code(to_yaml(draft, complete), language="yaml", wrap_lines=True)


def counts(found: dict[str, Any]) -> None:
    """How many rows there are and what becomes of them."""
    labels = {"rows_in": "rows_in", "rows_loaded": "would_load", "rows_duplicate": "duplicate", "rows_rejected": "rejected"}
    for place, (key, label) in zip(st.columns(4), labels.items(), strict=True):
        place.metric(t(f"import.{label}"), fmt.exact(found[key]), border=True)


def show_rejects(rejects: list[dict[str, Any]], total: int) -> None:
    """Rejected rows with their reasons; what stood in the cell is text, never markup."""
    if not rejects:
        st.caption(t("import.no_rejects"))
        return
    if len(rejects) < total:
        st.caption(t("import.first_rejects", n=len(rejects)))
    frame = pd.DataFrame(rejects)
    frame["reason_code"] = [t_or(f"reject.{code}", str(code)) for code in frame["reason_code"]]
    shown = ["row_number", "reason_code", "column_name", "message"]
    st.dataframe(frame[shown].rename(columns={c: t(f"column.{c}") for c in shown}), hide_index=True, alt=t("import.rejected"))


def _by_column(draft: Draft, found: dict[str, Any], zone: str) -> pd.DataFrame:
    """One row per mapped column: a value as it stands in the file beside what it reads as, and how often it could not be read."""
    parsed = {row["row_number"]: row for row in found["rows"]}
    unread = pd.DataFrame(found["reject_counts"], columns=["reason_code", "column_name", "rows"])
    unread = unread[unread["reason_code"] == "bad_value"].groupby("column_name")["rows"].sum()
    lines = []
    for column in draft.columns:
        if not column.is_mapped:
            continue
        raw, value = _example(draft, column.header, column.to, parsed)
        waits = bool(column_questions(draft, column))
        lines.append(
            {
                t("import.column"): column.header,
                t("import.to"): import_words.field(column.to),
                t("import.raw"): raw,
                t("import.read_as"): t("import.waiting") if waits else _written(value, column.to, zone),
                t("import.filled"): None if waits else found["filled"].get(column.to),
                t("import.unread"): int(unread.get(column.header, 0)),
            }
        )
    return pd.DataFrame(lines)


def _example(draft: Draft, header: str, to: str, parsed: dict[Any, dict[str, Any]]) -> tuple[str, Any]:
    """A cell that was read and its value; else the first filled cell."""
    cells = [(row["row_number"], str(row[header])) for row in draft.sample_rows if row.get(header)]
    name = "account_key" if to == "account" else to
    for number, raw in cells:
        if (value := parsed.get(number, {}).get(name)) is not None:
            return raw, value
    return cells[0][1] if cells else "", None


def _rows(found: dict[str, Any], zone: str) -> pd.DataFrame:
    names = {name: import_words.field("account" if name == "account_key" else name) for name in found["columns"]}
    lines = [
        {t("column.row_number"): row["row_number"], **{label: _written(row.get(name), name, zone) for name, label in names.items()}}
        for row in found["rows"]
    ]
    return pd.DataFrame(lines)


def _written(value: Any, to: str, zone: str) -> str:
    """A value in full and with its unit, as text: here people compare it with the file."""
    if fmt.is_missing(value):
        return fmt.MISSING
    if to.endswith("_at"):
        return f"{pd.Timestamp(value).tz_convert(zone):%Y-%m-%d %H:%M:%S}"
    if to.endswith("_rate"):
        return f"{float(value) * 100:.4f}".rstrip("0").rstrip(".") + "%"
    if to.endswith("_seconds"):
        return t("unit.second", n=f"{float(value):,.3f}".rstrip("0").rstrip("."))
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
