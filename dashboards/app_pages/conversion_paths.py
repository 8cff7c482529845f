"""Which ways lead to a purchase, where do most people get lost, and what do channels and ads add?"""

import streamlit as st

from dashboards import cards, charts, charts_conversion, layout
from dashboards import format as fmt
from dashboards.filters import choose
from dashboards.i18n import t
from dashboards.queries import conversion_paths
from dashboards.tables import table, word

layout.page("conversion_paths")
funnels, credit, ads = conversion_paths.funnels(), conversion_paths.attribution(), conversion_paths.ad_dimensions()
if not funnels and credit.empty and not ads:
    layout.empty("conversion_paths.no_rows")

if funnels:
    left, right, _ = st.columns([1, 1.6, 1.4])
    with left:
        funnel = choose("funnel", t("funnel.funnel"), {name: word("funnel", name) for name in funnels})
    with right:
        dimension = choose("by", t("drill.by"), {name: t(f"conversion_paths.dimension.{name}") for name in conversion_paths.DIMENSIONS})
    whole, rows = conversion_paths.steps(funnel, "all"), conversion_paths.steps(funnel, dimension)
    losses = conversion_paths.losses(funnel, dimension)
    first, last = whole.iloc[0], whole.iloc[-1]
    period = t("conversion_paths.period", start=fmt.day(first["period_starts_on"]), end=fmt.day(first["period_ends_on"]))
    cards.figures(
        [
            (t("conversion_paths.entered"), fmt.count(first["people_count"]), period, t("conversion_paths.entered_help")),
            (t("conversion_paths.reached", step=last["step"]), fmt.count(last["people_count"]), None, None),
            (
                t("conversion_paths.overall"),
                fmt.rate(last["conversion_from_first_rate"]),
                t("conversion_paths.window", days=last["window_days"], interval=conversion_paths.whole_range(first, last)),
                None,
            ),
        ]
    )
    st.subheader(t("conversion_paths.loss"), anchor=False, help=t("conversion_paths.loss_help"))
    told = losses.dropna(subset=["loss_people_number"])
    if told.empty:
        st.caption(t("conversion_paths.no_loss"))
    else:
        most = told.iloc[0]
        words = {
            "group": fmt.plain(most["name"]), "best": fmt.plain(most["best"]), "step": word("step_name", most["step_name"]),
            "own": fmt.rate(most["own_rate"]), "gap": conversion_paths.points(most["shrunk_gap_rate"]).lstrip("+"),
            "people": fmt.exact(most["loss_people_number"]), "low": fmt.exact(most["loss_people_low_number"]),
            "high": fmt.exact(most["loss_people_high_number"]), "n": fmt.count(most["people_count"]),
        }  # fmt: skip
        st.info(t("conversion_paths.loss_sentence", **words), icon=":material/filter_alt:")
        needed = fmt.count(most["needed_people_count"])
        st.caption(t("conversion_paths.loss_label", needed=needed))
    height = 13 * int((rows["step_number"] > 1).sum()) + 30 * rows["name"].nunique() + 40
    charts.show(charts_conversion.step_rates(rows[rows["step_number"] > 1]), t("conversion_paths.rates_alt"), height=height)
    table(conversion_paths.step_table(rows), "funnel_breakdown")
    with st.expander(t("conversion_paths.losses")):
        table(conversion_paths.loss_table(losses), "funnel_losses")

st.subheader(t("conversion_paths.paths"), anchor=False, help=t("conversion_paths.paths_help"))
kinds = {kind: t(f"conversion_paths.path_kind.{kind}") for kind in ("behaviour", "channel")}
table(conversion_paths.paths(choose("kind", t("conversion_paths.path_kind_label"), kinds, kind="segments")), "paths")

st.subheader(t("conversion_paths.attribution"), anchor=False, help=t("conversion_paths.attribution_help"))
if credit.empty:
    st.caption(t("conversion_paths.no_attribution"))
else:
    st.warning(t("conversion_paths.attribution_label"), icon=":material/info:")
    if (credit[credit["model"] == "incremental"]["status"] != "estimated").all():
        st.caption(t("conversion_paths.no_increment"))
    charts.show(charts_conversion.credit(credit), t("conversion_paths.attribution_alt"), height=44 * credit["name"].nunique() + 60)
    table(conversion_paths.attribution_table(credit), "attribution")

st.subheader(t("conversion_paths.ads"), anchor=False, help=t("conversion_paths.ads_help"))
if not ads:
    st.caption(t("conversion_paths.no_ads"))
else:
    table(conversion_paths.ads(choose("ads", t("drill.by"), ads, kind="segments", label_visibility="collapsed")), "ads")
    st.subheader(t("conversion_paths.moves"), anchor=False, help=t("conversion_paths.moves_help"))
    moves = conversion_paths.moves()
    if moves.empty:
        st.caption(t("conversion_paths.no_moves"))
    else:
        st.caption(t("conversion_paths.moves_label"))
        table(conversion_paths.move_table(moves), "ad_moves")
