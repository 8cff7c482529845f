"""Is it better or worse than before, fairly compared, and what did the change come from?"""

import streamlit as st

from dashboards import cards, charts, charts_comparison, layout
from dashboards import format as fmt
from dashboards.filters import choose
from dashboards.i18n import t
from dashboards.queries import compare
from dashboards.tables import table

view = layout.page("compare", "platform", "account")
left, middle, right = st.columns([1, 1.4, 1.2])
with left:
    length = choose("length", t("comparison.length"), {days: t("unit.day", n=days) for days in ("28", "7")})
with middle:
    against = choose("against", t("comparison.against"), {kind: t(f"comparison.baseline.{kind}") for kind in compare.BASELINES})
with right:
    scope = choose("scope", t("comparison.scope"), {name: t(f"comparison.scopes.{name}") for name in ("platform", "account")})
rows, posts = compare.periods(view, scope, length, against), compare.equal_age(view, scope, length)
curves = compare.curves(view, "view_count")
if rows.empty and posts.empty and curves.empty:
    layout.empty("comparison.no_rows")

counts = compare.counts(rows)
if told := compare.told(rows):
    sure = counts["up"] + counts["down"]
    more = t("comparison.more") if sure > len(told) else ""
    st.markdown(fmt.plain(t("comparison.told", n=sure, total=len(rows), changes=t("comparison.and").join(told), more=more)))
elif not rows.empty:
    st.markdown(t("comparison.nothing_sure"))
cards.figures(
    [
        (t(f"comparison.verdict.{verdict}"), str(count), t("comparison.of", n=len(rows)), t(f"comparison.help.{verdict}"))
        for verdict, count in counts.items()
    ]
)
st.subheader(t("comparison.periods"), anchor=False, help=t("comparison.periods_help"))
if not rows.empty:
    newest = rows[rows["ends_on"] == rows["ends_on"].max()]
    first, last = newest["starts_on"].min(), newest["ends_on"].max()
    st.caption(t("comparison.period_note", start=f"{first:%Y-%m-%d}", end=f"{last:%Y-%m-%d}", baseline=t(f"comparison.note.{against}")))
table(compare.shown(rows), "comparisons")

st.subheader(t("comparison.posts"), anchor=False, help=t("comparison.posts_help"))
if not posts.empty:
    aged = compare.counts(posts)
    st.caption(t("comparison.posts_told", total=len(posts), up=aged["up"], down=aged["down"]))
table(compare.shown(posts, posts=True), "equal_age")

st.subheader(t("comparison.standings"), anchor=False, help=t("comparison.standings_help"))
standing = compare.standing(view, length)
placed = standing[standing["percentile_rate"].notna()]
if not placed.empty:
    table(placed, "platform_standing")
if len(placed) < len(standing):
    st.caption(t("comparison.no_standing", n=len(standing) - len(placed), total=len(standing), days=length))

st.subheader(t("comparison.why"), anchor=False, help=t("comparison.why_help"))
if scopes := compare.contribution_scopes(view, length):
    left, right, _ = st.columns([1, 1.2, 1.6])
    with left:
        place = choose("within", t("column.platform"), scopes)
    with right:
        kpi = choose("kpi", t("comparison.of_what"), compare.kpis(place, length))
    parts = compare.contributions(place, length, kpi)
    label, unit = t(f"comparison.kpi.{kpi}"), compare.kpi_unit(kpi)
    if parts["is_simpson_reversal"].any():
        st.warning(t("comparison.simpson"), icon=":material/swap_vert:")
    charts.show(charts_comparison.waterfall(compare.steps(parts), label, unit), t("comparison.waterfall_alt", kpi=label))
    st.caption(t("comparison.parts_note", rate=f"{parts['coverage_rate'].iloc[0]:.0%}"))
    table(compare.strata(parts), "contributions")
else:
    st.caption(t("comparison.no_parts"))

st.subheader(t("comparison.maturity"), anchor=False, help=t("comparison.maturity_help"))
metric = choose("of", t("column.metric"), {name: t(f"comparison.kpi.{name}") for name in ("view_count", "engagement_count")})
curves = compare.curves(view, metric)
if curves["share_rate"].notna().any():
    charts.show(charts_comparison.curves(curves.dropna(subset="share_rate")), t("comparison.maturity_alt"), height=300)
if names := compare.without_curve(curves):
    st.caption(t("comparison.no_curve", names=t("list_separator").join(names)))
st.subheader(t("comparison.young"), anchor=False, help=t("comparison.young_help"))
table(compare.immature(view, metric), "immature_posts")
with st.expander(t("comparison.survival"), icon=":material/delete:"):
    st.caption(t("comparison.survival_note"))
    table(compare.survival(view), "post_survival")
