"""What works: which changes move which figure, how sure that is, and what did not stand up to its checks."""

import streamlit as st

from dashboards import cards, charts, charts_causal, layout
from dashboards import format as fmt
from dashboards.filters import choose, choose_flag
from dashboards.i18n import t
from dashboards.queries import what_works
from dashboards.tables import table
from pipelines.suggestions.shape import NO_EVIDENCE

layout.page("what_works")
if what_works.effects().empty:
    layout.empty("what_works.no_rows")
left, right, _ = st.columns([1, 1, 1.4])
with left:
    outcome = choose("outcome", t("what_works.outcome"), {"all": t("filter.all")} | what_works.outcomes())
with right:
    kind = choose("kind", t("what_works.kind_label"), {"all": t("filter.all")} | what_works.kinds())
rows = what_works.effects(None if outcome == "all" else outcome, None if kind == "all" else kind)
if rows.empty:
    layout.empty()

if (best := what_works.best(rows)) is not None:
    st.success(t("what_works.best", **best), icon=":material/check_circle:")
else:
    st.info(t("what_works.nothing_sure"), icon=":material/info:")
cards.figures(
    [(t(f"what_works.count.{name}"), str(n), None, t(f"what_works.count_help.{name}")) for name, n in what_works.counts(rows).items()]
)
bars = what_works.bars(rows)
if not bars.empty:
    st.caption(t("what_works.chart_note"))
    charts.show(charts_causal.intervals(bars, t("what_works.lever_label")), t("what_works.chart_alt"), height=30 * len(bars) + 50)

st.subheader(t("what_works.all"), anchor=False, help=t("what_works.all_help"))
st.caption(t("what_works.family", n=fmt.count(rows["family_count"].max())))
unknown = rows["status"] == NO_EVIDENCE
is_mixed = unknown.any() and not unknown.all()
if is_mixed and not choose_flag("incomplete", t("what_works.show_missing", n=int(unknown.sum()))):
    st.caption(t("what_works.hidden", n=int(unknown.sum())))
    rows = rows[~unknown]
st.caption(t("what_works.pick"))
picked = table(what_works.shown(rows), "effects", select=True)
row = rows.iloc[picked or 0]
st.subheader(fmt.plain(f"{what_works.lever(row)} · {what_works.scope(row)}"), anchor=False)
st.text(what_works.status(row))
with st.expander(t("what_works.checks"), expanded=True, icon=":material/fact_check:"):
    st.caption(t("what_works.checks_help"))
    table(what_works.shown_checks(what_works.checks(row["effect_key"])), "effect_checks")
with st.expander(t("what_works.evidence"), icon=":material/table_rows:"):
    st.text(what_works.meaning(row))
    st.code(str(row["evidence_rows_sql"]), language="sql", wrap_lines=True)
    table(what_works.evidence(row), "evidence")
