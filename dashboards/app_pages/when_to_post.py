"""When to post: each platform's day parts, compared within accounts, and what a plain heatmap would have said."""

import streamlit as st

from dashboards import charts, charts_causal, layout
from dashboards import format as fmt
from dashboards.filters import choose
from dashboards.i18n import t
from dashboards.queries import what_works, when_to_post
from dashboards.tables import table

layout.page("when_to_post")
platforms = when_to_post.platforms()
if not platforms:
    layout.empty("when_to_post.no_rows")
candidates = when_to_post.candidates()
sure, unclear = when_to_post.answer(candidates)
if sure:
    st.markdown(f"**{fmt.plain(t('when_to_post.found', names=t('list_separator').join(sure)))}**")
if unclear:
    st.markdown(f"**{fmt.plain(t('when_to_post.unclear', names=t('list_separator').join(unclear)))}**")
    st.caption(t("when_to_post.unclear_note"))
st.subheader(t("when_to_post.tested"), anchor=False, help=t("when_to_post.tested_help"))
table(when_to_post.told(candidates), "slot_candidates")

left, right, _ = st.columns([1, 1.2, 1.4])
with left:
    platform = choose("on", t("column.platform"), platforms)
with right:
    day_type = choose(
        "days", t("when_to_post.days"), {kind: t(f"when_to_post.day_type.{kind}") for kind in when_to_post.DAY_TYPES}, kind="segments"
    )
rows = when_to_post.slots(platform, day_type)
st.subheader(t("when_to_post.slots"), anchor=False, help=t("when_to_post.slots_help"))
bars = when_to_post.bars(rows)
if bars.empty:
    st.info(t("when_to_post.no_estimate"), icon=":material/info:")
else:
    charts.show(charts_causal.intervals(bars, t("when_to_post.slot")), t("when_to_post.chart_alt"), height=34 * len(bars) + 50)
if platform in set(candidates.loc[what_works.actionable(candidates), "platform"]):
    st.success(t("when_to_post.differs"), icon=":material/check_circle:")
elif rows["verdict"].isin(["better", "worse"]).any():
    st.info(t("when_to_post.alone"), icon=":material/info:")
elif (experiment := when_to_post.experiment(rows)) is not None:
    st.warning(t("when_to_post.alternate", **experiment), icon=":material/science:")
table(when_to_post.shown(rows), "publish_slots")

with st.expander(t("when_to_post.naive"), icon=":material/grid_on:"):
    st.caption(t("when_to_post.naive_help"))
    cells = when_to_post.naive(platform).dropna(subset=["iso_weekday"])
    if cells.empty:
        st.caption(t("table.none"))
    else:
        cells["weekday"] = [t(f"weekday.{int(day)}") for day in cells["iso_weekday"]]
        charts.show(charts_causal.naive_heatmap(cells), t("when_to_post.naive_alt", n=fmt.count(cells["post_count"].sum())), height=230)
