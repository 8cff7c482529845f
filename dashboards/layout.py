"""The furniture every page shares: heading, freshness stamp, KPI cards, tables with download, and the designed empty states."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import streamlit as st

from dashboards import charts, registry
from dashboards import format as fmt
from dashboards.data import one, query, release_path
from dashboards.filters import View, bar, choose, data_days
from dashboards.i18n import t
from dashboards.queries import drill, users
from dashboards.tables import table, with_words, word

log = logging.getLogger(__name__)
STALE_AFTER_HOURS = 48


def page(name: str, *filters: str) -> View:
    """Start a page: its question as heading, the freshness stamp, the filters it answers to."""
    heading, stamp = st.columns([2.2, 1.6], vertical_alignment="bottom")
    heading.title(t(f"page.{name}"), anchor=False)
    heading.caption(t(f"{name}.question"))
    with stamp:
        _stamp()
    if (hours := release_age_hours()) is not None and hours > STALE_AFTER_HOURS:
        st.warning(t("state.stale", age=fmt.age(hours)), icon=":material/schedule:")
    return bar(*filters)


def release() -> dict[str, Any]:
    """The published release's own row, {} where it has none."""
    return one("select *, epoch(now() - published_at) / 3600 as age_hours from quality.release") or {}


def release_age_hours() -> float | None:
    """Hours since the release was published, counted now rather than when the row was first read."""
    published = release().get("published_at")
    return None if published is None else (dt.datetime.now(dt.UTC) - published.to_pydatetime()).total_seconds() / 3600


def _stamp() -> None:
    published = release().get("published_at")
    updated = fmt.moment(published.to_pydatetime().astimezone(ZoneInfo("Asia/Shanghai"))) if published is not None else fmt.MISSING
    st.caption(t("stamp", through=fmt.day(data_days()[1]), updated=updated), text_alignment="right", help=t("stamp_help"))


def coverage(view: View, start: Any, end: Any) -> tuple[int, int]:
    """How many of the selected accounts reported anything in the days given, and how many are selected."""
    row = one(
        """
        select count(distinct account_key) as n from marts.mart_account_daily
        where list_contains($accounts, account_key) and business_date between $from_day and $to_day
        """,
        accounts=view.accounts,
        from_day=start,
        to_day=end,
    )
    return int(row["n"]) if row else 0, len(view.accounts)


def period_note(view: View) -> None:
    """Say which days are shown and compared, how many accounts reported in each, and where the comparison limps."""
    days = (view.end - view.start).days + 1
    reporting, selected = coverage(view, view.start, view.end)
    parts = [t("note.period", start=fmt.day(view.start), end=fmt.day(view.end), days=days), t("note.coverage", n=reporting, total=selected)]
    if view.before_start is not None and view.before_end is not None:
        before_days = (view.before_end - view.before_start).days + 1
        before, _ = coverage(view, view.before_start, view.before_end)
        parts.append(t("note.compare", start=fmt.day(view.before_start), end=fmt.day(view.before_end), days=before_days))
        parts += _limps(view, days, before_days, reporting, before)
    st.caption("　".join(parts))


def _limps(view: View, days: int, before_days: int, reporting: int, before: int) -> list[str]:
    holidays = one(
        """
        select count(*) filter (where date between $start_date and $end_date) as now_days,
            count(*) filter (where date between $before_start and $before_end) as before_days
        from core.dim_dates where holiday_zh is not null or shopping_festival is not null
        """,
        **view.params(),
    )
    notes = []
    if days != before_days:
        notes.append(t("note.length", days=days, before=before_days))
    if holidays and holidays["now_days"] != holidays["before_days"]:
        notes.append(t("note.holidays", n=holidays["now_days"], before=holidays["before_days"]))
    if before < reporting:
        notes.append(t("note.accounts", n=reporting, before=before))
    return [f":orange[{note}]" for note in notes]


def late_banner(view: View) -> None:
    """Name the selected accounts' sources that should have delivered by now, so that nobody takes missing days for a fall."""
    late = query(
        """
        select account_key, min(data_through_date) as data_through_date from marts.mart_source_freshness
        where is_late and list_contains($accounts, account_key) group by account_key order by 2
        """,
        accounts=view.accounts,
    )
    if late.empty:
        return
    names = registry.account_names()
    listed = [
        t("overview.late_item", account=fmt.plain(names.get(row.account_key, row.account_key)), day=fmt.short_day(row.data_through_date))
        for row in late.head(6).itertuples()
    ]
    more = t("overview.late_more", n=len(late)) if len(late) > len(listed) else ""
    st.warning(t("overview.late", n=len(late), sources=t("list_separator").join(listed) + more), icon=":material/hourglass_top:")


def signals(rows: pd.DataFrame) -> None:
    """Anomalies as a short table: when, where, what, how far from what was expected."""
    if rows.empty:
        st.caption(t("overview.no_signals"))
        return
    far = [fmt.percent_change(fmt.change(actual, expected)) for actual, expected in zip(rows["actual"], rows["expected"], strict=True)]
    table(rows[["business_date", "account_key", "metric"]].assign(deviation=far), "signals", height=300)


def drill_down(view: View, page_name: str) -> None:
    """Totals by platform, account or content type; picking a row shows its posts, whose sum is the row's number."""
    st.subheader(t("drill.title"), anchor=False)
    group = choose("group", t("drill.by"), {g: t(f"column.{g}") for g in drill.GROUPS}, kind="segments", label_visibility="collapsed")
    st.caption(t("drill.hint"))
    rows = drill.by_group(view, group)
    picked = table(rows, f"{page_name}_by_{group}", select=True)
    key = None if picked is None else rows[group].iloc[picked]
    posts = drill.posts(view, group, key) if picked is not None else drill.posts(view)
    name = t("drill.all") if picked is None else str(with_words(rows)[group].iloc[picked])
    total = posts["view_count"].sum(min_count=1), posts["engagement_count"].sum(min_count=1)
    st.subheader(t("drill.posts", name=fmt.plain(name)), anchor=False)
    st.markdown(t("drill.sum", n=len(posts), views=fmt.exact(total[0]), engagements=fmt.exact(total[1])))
    table(posts.dropna(axis="columns", how="all"), f"{page_name}_posts")


def grade_shares(rows: pd.DataFrame, group: str) -> Any:
    """The chart of grades per group."""
    named = with_words(rows.rename(columns={"group_key": group})).rename(columns={group: "group"})
    return charts.shares(
        named.assign(part_order=named["part"].map("ABCD".find)), list("ABCD"), t(f"column.{group}"), t("column.grade"), ordered=True
    )


def lifecycle_chart(rows: pd.DataFrame, profiles: pd.DataFrame) -> tuple[Any, str]:
    """The chart of lifecycle states per segment, segments in the order of profiles, with its description."""
    names = users.lifecycle_names()
    named = rows.assign(
        group=rows["segment_key"].map(profiles.set_index("segment_key")["name"]),
        part=[word("lifecycle_state", state) for state in rows["lifecycle_state"]],
    )
    order = {name: position for position, name in enumerate(profiles["name"])}
    named = named.sort_values("group", key=lambda column: column.map(order)).assign(
        part_order=named["part"].map({n: i for i, n in enumerate(names)})
    )
    return charts.shares(named, names, t("column.segment_name"), t("column.lifecycle_state")), t("users.lifecycle")


def funnel_captions(steps: pd.DataFrame) -> pd.DataFrame:
    """The steps with their names and, for the bars, people and share of the first step in words."""
    captions = [f"{fmt.count(row.entry_count)} ({fmt.rate(row.conversion_from_first_rate)})" for row in steps.itertuples()]
    return steps.assign(name=[word("step_name", step) for step in steps["step_name"]], caption=captions)


# --- states -----------------------------------------------------------------------------------------------------------------------------


def empty(reason: str = "state.no_rows") -> NoReturn:
    """Say that nothing matches and what to do about it; the page ends here."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f"**{t(reason)}**")
        st.caption(t(f"{reason}_hint"))
    st.stop()


def first_run() -> None:
    """What a reader sees before the first release: the three steps to get one."""
    st.title(t("first_run.title"), anchor=False)
    st.markdown(t("first_run.intro"))
    for step in ("demo", "own", "run"):
        with st.container(border=True):
            st.markdown(f"**{t(f'first_run.{step}')}**")
            st.code(t(f"first_run.{step}_command"), language="bash")


def broken(error: Exception) -> None:
    """What a reader sees when a page fails: one sentence for them, the details in the log."""
    log.error("page failed on release %s", release_path(), exc_info=error)
    is_old = isinstance(error, duckdb.CatalogException | duckdb.BinderException)
    st.error(t("state.old_release" if is_old else "state.error"), icon=":material/error:")
    st.caption(t("state.error_hint", kind=type(error).__name__))
