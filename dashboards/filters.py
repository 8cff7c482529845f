"""What the reader is looking at: period, comparison, platforms, accounts, content types; kept in the URL as stable codes.

Streamlit's own ``bind="query-params"`` writes the *shown* label into the URL, so a link made in Chinese would lose its filters in
English. Here the URL holds codes (``?period=30d&platform=douyin``): a link reads the same in both languages, and a dynamic period stays
dynamic.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from dateutil.relativedelta import relativedelta

from dashboards import registry
from dashboards.data import one
from dashboards.i18n import DEFAULT_LANGUAGE, LANGUAGES, lang, t

PERIODS = ("7d", "30d", "90d", "month", "last_month", "365d", "all", "custom")
COMPARISONS = ("previous", "year", "custom", "none")
BASES = ("period", "lifetime")


@dataclass(frozen=True)
class View:
    """The reader's selection, resolved: days, days to compare with, account keys and content types ([] is all of them)."""

    start: dt.date
    end: dt.date
    before_start: dt.date | None
    before_end: dt.date | None
    accounts: list[str]
    content_types: list[str] = field(default_factory=list)
    basis: str = "period"

    def params(self, **more: Any) -> dict[str, Any]:
        """The selection as bound parameters of a query."""
        return {
            "start_date": self.start,
            "end_date": self.end,
            "before_start": self.before_start,
            "before_end": self.before_end,
            "accounts": self.accounts,
            "content_types": self.content_types,
            **more,
        }


# --- the state: one dictionary per session, URL parameter -> values -------------------------------------------------------------------


def state() -> dict[str, list[str]]:
    """The session's selection as URL parameters; a new session takes it from the URL it was opened with."""
    if "selection" not in st.session_state:
        st.session_state["selection"] = {name: st.query_params.get_all(name) for name in st.query_params}
    selection: dict[str, list[str]] = st.session_state["selection"]
    return selection


def write_url() -> None:
    """Put the selection into the URL, so that copying the address copies the view."""
    wanted = {name: values for name, values in state().items() if values}
    if {name: st.query_params.get_all(name) for name in st.query_params} != wanted:
        st.query_params.from_dict(wanted)


def _remember(name: str, values: Sequence[str], default: Sequence[str]) -> None:
    if list(values) == list(default):
        state().pop(name, None)
    else:
        state()[name] = list(values)


def _widget_key(name: str) -> str:
    # A key per language: the browser keeps the shown label of a choice, which would otherwise stay in the former language.
    return f"{name}:{lang()}"


def choose(name: str, label: str, options: Mapping[str, str], default: str | None = None, kind: str = "select", **more: Any) -> str:
    """One choice out of options (code -> shown text), remembered in the URL under name."""
    codes = list(options)
    fallback = default if default in codes else codes[0]
    chosen = next((code for code in state().get(name, []) if code in codes), fallback)
    key = _widget_key(name)
    if st.session_state.get(key) not in codes:
        st.session_state[key] = chosen
    widget = {"select": st.selectbox, "segments": st.segmented_control, "pills": st.pills}[kind]
    if kind != "select":
        more["required"] = True
    value = widget(label, codes, format_func=lambda code: options[code], key=key, **more) or fallback  # type: ignore[operator]
    _remember(name, [value], [fallback])
    return str(value)


def choose_many(name: str, label: str, options: Mapping[str, str], **more: Any) -> list[str]:
    """Any number of options, remembered in the URL; none chosen means all."""
    codes = list(options)
    key = _widget_key(name)
    kept = [code for code in st.session_state.get(key, state().get(name, [])) if code in codes]
    st.session_state[key] = kept
    values = st.multiselect(label, codes, format_func=lambda code: options[code], key=key, placeholder=t("filter.all"), **more)
    _remember(name, values, [])
    return list(values)


def choose_flag(name: str, label: str, **more: Any) -> bool:
    """A switch, off by default, remembered in the URL."""
    key = _widget_key(name)
    if key not in st.session_state:
        st.session_state[key] = state().get(name) == ["1"]
    value = st.toggle(label, key=key, **more)
    _remember(name, ["1"] if value else [], [])
    return value


def choose_language() -> None:
    """The language switch; its choice decides every text of this run, so it comes before all of them."""
    chosen = next((code for code in state().get("lang", []) if code in LANGUAGES), DEFAULT_LANGUAGE)
    if st.session_state.get("language_switch") not in LANGUAGES:
        st.session_state["language_switch"] = chosen
    value = st.segmented_control(
        "语言 / Language",
        list(LANGUAGES),
        format_func=lambda code: LANGUAGES[code],
        key="language_switch",
        required=True,
        label_visibility="collapsed",
        width="stretch",
    )
    _remember("lang", [value or DEFAULT_LANGUAGE], [DEFAULT_LANGUAGE])


def set_language() -> None:
    """Make the language known before anything is drawn: the switch's choice, else the URL's."""
    from_url = next(iter(state().get("lang", [])), DEFAULT_LANGUAGE)
    st.session_state["language"] = st.session_state.get("language_switch") or from_url


# --- the bar ----------------------------------------------------------------------------------------------------------------------------


def bar(*parts: str) -> View:
    """Draw the filters a page asks for (period, compare, platform, account, content_type, basis) and return the selection."""
    period, comparison, chosen_platforms, types, basis = "all", "none", list[str](), list[str](), "period"
    accounts = account_keys([], [])
    in_row = [part for part in parts if part != "basis"]
    columns = iter(st.columns([_WIDTHS[part] for part in in_row], vertical_alignment="bottom")) if in_row else iter(())
    for part in in_row:
        with next(columns):
            if part == "period":
                period = choose("period", t("filter.period"), {code: t(f"period.{code}") for code in PERIODS}, default="30d")
            elif part == "compare":
                comparison = choose("compare", t("filter.compare"), {code: t(f"compare.{code}") for code in COMPARISONS})
            elif part == "platform":
                chosen_platforms = choose_many("platform", t("filter.platform"), registry.platforms())
                accounts = account_keys(chosen_platforms, [])
            elif part == "account":
                accounts = account_keys(chosen_platforms, choose_many("account", t("filter.account"), _account_choices(chosen_platforms)))
            elif part == "content_type":
                types = choose_many("type", t("filter.content_type"), registry.content_types())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start, end = _period(period)
        before = _comparison(comparison, period, start, end)
        if "basis" in parts:
            basis = choose("basis", t("filter.basis"), {b: t(f"basis.{b}") for b in BASES}, kind="segments", help=t("basis.help"))
    return View(start, end, before[0], before[1], accounts, types, basis)


_WIDTHS = {"period": 1.0, "compare": 1.0, "platform": 1.1, "account": 1.4, "content_type": 1.1}


def _account_choices(chosen_platforms: list[str]) -> dict[str, str]:
    rows = registry.accounts()
    names = registry.account_names()
    shown = rows[rows["platform"].isin(chosen_platforms)] if chosen_platforms else rows
    return {key: names[key] for key in shown["account_key"]}


def account_keys(chosen_platforms: Iterable[str], chosen_accounts: Iterable[str]) -> list[str]:
    """The accounts a selection means: those chosen, else all our own on the chosen platforms, else (none is ours) all there are."""
    rows = registry.accounts()
    on_platform = rows[rows["platform"].isin(list(chosen_platforms))] if list(chosen_platforms) else rows
    chosen = on_platform[on_platform["account_key"].isin(list(chosen_accounts))]
    if chosen.empty:
        owned = on_platform[on_platform["is_owned"].astype(bool)]
        chosen = on_platform if owned.empty else owned
    return [str(key) for key in chosen["account_key"]]


# --- days -------------------------------------------------------------------------------------------------------------------------------


def data_days() -> tuple[dt.date, dt.date]:
    """The first and last business day of the release; periods like "last 30 days" end on the last one."""
    row = one(
        """
        select min(day)::date as first_day, max(day)::date as last_day
        from (
            select business_date as day from marts.mart_account_daily
            union all
            select published_date from marts.mart_engagement_posts
            union all
            select cohort_date from marts.mart_funnel_steps
        )
        """
    )
    if not row or row["last_day"] is None:
        today = dt.date.today()
        return today, today
    return _as_date(row["first_day"]), _as_date(row["last_day"])


def _as_date(value: Any) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _period(code: str) -> tuple[dt.date, dt.date]:
    first, last = data_days()
    if code == "custom":
        return _date_range("from", "to", t("filter.custom_period"), last - dt.timedelta(days=29), last)
    if code == "all":
        return first, last
    if code == "month":
        return last.replace(day=1), last
    if code == "last_month":
        end = last.replace(day=1) - dt.timedelta(days=1)
        return end.replace(day=1), end
    return last - dt.timedelta(days=int(code.removesuffix("d")) - 1), last


def _comparison(code: str, period: str, start: dt.date, end: dt.date) -> tuple[dt.date | None, dt.date | None]:
    if code == "none" or (period == "all" and code == "previous"):
        return None, None
    length = (end - start).days + 1
    if code == "year":
        return start - relativedelta(years=1), end - relativedelta(years=1)
    if code == "custom":
        return _date_range(
            "before_from", "before_to", t("filter.custom_compare"), start - dt.timedelta(days=length), start - dt.timedelta(days=1)
        )
    if period in ("month", "last_month"):  # a month is compared with the same days of the month before
        return start - relativedelta(months=1), min(end - relativedelta(months=1), start - dt.timedelta(days=1)) if period == "month" else (
            start - dt.timedelta(days=1)
        )
    return start - dt.timedelta(days=length), start - dt.timedelta(days=1)


def _date_range(from_name: str, to_name: str, label: str, start: dt.date, end: dt.date) -> tuple[dt.date, dt.date]:
    """Two dates the reader picks, remembered in the URL; a half-made choice keeps the former range."""
    kept = tuple(_iso(next(iter(state().get(name, [])), ""), day) for name, day in ((from_name, start), (to_name, end)))
    key = _widget_key(from_name)
    if key not in st.session_state:
        st.session_state[key] = kept if kept[0] <= kept[1] else (start, end)
    chosen = st.date_input(label, key=key, format="YYYY-MM-DD", width=260)
    picked = chosen if isinstance(chosen, tuple) and len(chosen) == 2 else kept
    state()[from_name], state()[to_name] = [picked[0].isoformat()], [picked[1].isoformat()]
    return picked[0], picked[1]


def _iso(text: str, fallback: dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return fallback
