"""What came in, what was refused and why, what was checked, and how fresh is it?"""

import streamlit as st

from dashboards import cards, layout
from dashboards import format as fmt
from dashboards.filters import choose_flag
from dashboards.i18n import t
from dashboards.queries import health
from dashboards.tables import table

layout.page("data_health")
release, totals, checks = layout.release(), health.totals(), health.check_totals()
if not totals["loads"]:
    layout.empty("data_health.no_rows")
cards.figures(
    [
        (t("data_health.loads"), fmt.count(totals["loads"]), t("data_health.last_load", moment=fmt.moment(totals["last_loaded_at"])), None),
        (t("data_health.rows_in"), fmt.count(totals["rows_in"]), health.balance(totals), t("data_health.balance_help")),
        (
            t("data_health.rejected"),
            fmt.count(totals["rows_rejected"]),
            t("data_health.reject_rate", rate=fmt.rate(totals["reject_rate"])),
            None,
        ),
        (t("data_health.checks"), t("data_health.passed", n=checks["passed"], total=checks["checks"]), health.check_note(checks), None),
    ]
)
st.caption(health.release_line(release))

tabs = ("tab_sources", "tab_loads", "tab_refused", "tab_rejects", "tab_checks")
sources, loads, refused, rejects, results = st.tabs([t(f"data_health.{tab}") for tab in tabs])
with sources:
    st.caption(t("data_health.sources_note"))
    table(health.sources(), "sources")
with loads:
    st.caption(t("data_health.loads_note"))
    rows = health.loads()
    picked = table(rows.drop(columns="load_id"), "loads", select=True)
    if picked is not None:
        st.subheader(fmt.plain(rows["source_name"].iloc[picked]), anchor=False)
        own = health.rejects(str(rows["load_id"].iloc[picked]))
        table(own, "load_rejects") if len(own) else st.caption(t("data_health.no_rejects"))
with refused:
    st.caption(t("data_health.refused_note"))
    table(health.refused_files(), "refused_files")
with rejects:
    st.caption(t("data_health.rejects_note"))
    table(health.rejects_by_reason(), "reject_reasons")
    table(health.rejects(), "rejects")
with results:
    st.caption(t("data_health.checks_note"))
    only_failed = choose_flag("failed", t("data_health.only_failed"))
    table(health.checks(only_failed), "checks")
    docs = health.data_docs()
    st.caption(t("data_health.docs") if docs else t("data_health.no_docs"))
    if docs:
        st.code("\n".join(docs), language=None)
