"""What is the trend, what was out of the ordinary, and what comes next?"""

import streamlit as st

from dashboards import cards, charts, layout, registry
from dashboards.filters import choose
from dashboards.i18n import t
from dashboards.queries import series
from dashboards.tables import table

view = layout.page("time_series", "period", "platform", "account")
options = series.options(view)
if options.empty:
    layout.empty("time_series.no_rows")
left, right, _ = st.columns([1.2, 2, 1.6])
with left:
    name = choose("metric_series", t("column.metric"), {m: registry.label(m) for m in options["metric"].unique()})
of_metric = options[options["metric"] == name]
with right:
    key = choose("series", t("series.series"), {row.series_key: series.title(row) for row in of_metric.itertuples()})
metric = registry.metric(name)

actual, forecast, marks = series.actual(view, key), series.forecast(key), series.marks(view, key)
if actual.empty:
    layout.empty()
st.caption(t("time_series.legend"))
charts.show(charts.series(actual, forecast, marks, metric.label, metric.unit), t("time_series.alt", metric=metric.label), height=360)

chosen = series.chosen_model(key)
left, right = st.columns([1, 1.15])
with left:
    st.subheader(t("time_series.forecast"), anchor=False, help=t("time_series.forecast_help"))
    cards.forecast(chosen, forecast, metric)
with right:
    st.subheader(t("time_series.anomalies"), anchor=False, help=t("time_series.anomalies_help"))
    anomalies = actual[actual["is_anomaly"]].sort_values("day", ascending=False)
    if anomalies.empty:
        st.caption(t("time_series.no_anomalies"))
    else:
        table(series.anomaly_rows(anomalies, metric.unit), "anomalies", height=min(35 * len(anomalies) + 38, 250))

st.subheader(t("time_series.scores"), anchor=False, help=t("time_series.scores_help"))
table(series.scores(key), "forecast_scores")
with st.expander(t("time_series.table"), icon=":material/table_rows:"):
    table(series.forecast_rows(forecast, metric.unit), "forecast_rows")
