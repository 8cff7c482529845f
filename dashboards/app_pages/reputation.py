"""What do people say about us, what must be answered, and what is rising?"""

import streamlit as st

from dashboards import cards, charts, charts_text, layout
from dashboards import format as fmt
from dashboards.filters import state
from dashboards.i18n import t, t_or
from dashboards.queries import reputation
from dashboards.tables import table
from dashboards.words import category, text_set

GRAVE = 4  # of 5

view = layout.page("reputation", "period", "platform")
platforms = state().get("platform", [])
period = (view.start, view.end, platforms)
figures, model = reputation.total(*period), reputation.model()
if fmt.is_missing(figures.get("text_count")):
    layout.empty("reputation.no_rows")

days = t("reputation.days", n=fmt.exact(figures["collected_count"]), total=fmt.exact(figures["day_count"]))
low, high = figures["net_low"], figures["net_high"]
voice = fmt.MISSING if fmt.is_missing(figures["competitor_count"]) else fmt.exact(figures["competitor_count"])
cards.figures(
    [
        (t("reputation.texts"), fmt.count(figures["text_count"]), days, t("reputation.texts_help")),
        (t("reputation.net"), charts_text.points(figures["net"]), charts_text.interval(low, high), t("reputation.net_help")),
        (
            t("reputation.positive_share"),
            fmt.rate(figures["share"]),
            t("reputation.of_toned", n=fmt.exact(figures["toned_count"])),
            t("reputation.positive_help"),
        ),
        (t("reputation.open"), fmt.count(figures["abstain_count"]), t("reputation.open_note"), t("reputation.open_help")),
        (t("reputation.competitors"), voice, t("reputation.competitors_note"), t("reputation.competitors_help")),
    ]
)
if fmt.is_missing(model.get("own_accuracy_rate")):
    measured = t("reputation.not_measured", set=text_set(model["transfer_set"]), rate=fmt.rate(model["transfer_accuracy_rate"]))
    st.info(measured, icon=":material/science:")
else:
    n, rate = fmt.exact(model["own_label_count"]), fmt.rate(model["own_accuracy_rate"])
    ends = f"{fmt.rate(model['own_accuracy_low_rate'])} – {fmt.rate(model['own_accuracy_high_rate'])}"
    st.caption(t("reputation.measured", rate=rate, ends=ends, n=n))

st.subheader(t("reputation.trend"), anchor=False, help=t("reputation.trend_help"))
trend = reputation.trend(*period)
if trend.empty:
    st.caption(t("reputation.no_tone"))
else:
    charts.show(charts_text.net_sentiment(trend), t("reputation.trend"))

st.subheader(t("reputation.queue"), anchor=False, help=t("reputation.queue_help"))
items = reputation.items(*period)
if not items.empty:
    by_class = reputation.classes(items)
    unanswered = items[items["status"] != "answered"]
    grave = (unanswered["severity_level"] >= GRAVE).sum()
    st.markdown(t("reputation.queue_sum", n=fmt.exact(len(unanswered)), grave=fmt.exact(grave)))
    named = [category(code) if code else t("reputation.no_class") for code in by_class["category"]]
    kept = by_class if by_class["known_count"].any() else by_class.drop(columns=["answered_count", "known_count", "median_answer_seconds"])
    table(kept.assign(category=named), "negative_classes")
shown = items.assign(
    category=[category(code) for code in items["category"]],
    status=[t(f"reputation.status_{code}") for code in items["status"]],
    text_source=[t(f"reputation.source_{code}") for code in items["source"]],
    text_tone=[t(f"sentiment.{code}") for code in items["sentiment"]],
    item_age=[fmt.age(hours) for hours in items["age_hours"]],
)
columns = ["text", "category", "severity_level", "text_tone", "platform", "text_source", "created_at", "item_age", "status"]
picked = table(shown[columns], "negative_items", {"text": st.column_config.TextColumn(t("column.text"), width="large")}, select=True)
if picked is not None:
    item = items.iloc[picked]
    st.text(item["text"])
    if fmt.is_missing(item["playbook"]):
        st.caption(t("reputation.no_playbook"))
    else:
        table(reputation.steps(item["playbook"]), "playbook_steps")

st.subheader(t("reputation.topics"), anchor=False, help=t("reputation.topics_help"))
topics, terms = reputation.topics(), reputation.rising_terms()
if topics.empty:
    st.caption(t("reputation.no_topics"))
else:
    listed = topics.assign(
        topic_terms=[t("list_separator").join(words) for words in topics["top_terms"]],
        topic_net=[charts_text.points(value) for value in topics["net_sentiment_rate"]],
        topic_net_interval=[charts_text.interval(row.net_low, row.net_high) for row in topics.itertuples()],
        topic_toned=[fmt.exact(count) for count in topics["toned_count"]],
        topic_rising=[t("reputation.rising") if rises else "" for rises in topics["is_rising"]],
    )
    columns = ["week_start_date", "topic_terms", "text_count", "share_rate", "topic_net", "topic_net_interval", "topic_toned"]
    table(listed[[*columns, *(["topic_rising"] if topics["is_rising"].any() else []), "q_value"]], "topics")
st.subheader(t("reputation.terms"), anchor=False, help=t("reputation.terms_help"))
if terms.empty:
    st.caption(t("reputation.no_terms"))
else:
    table(terms[["term", "text_count", "before_count", "log_odds_number", "q_value"]], "rising_terms")

st.subheader(t("reputation.needs"), anchor=False, help=t("reputation.needs_help"))
needs = reputation.needs(*period)
if needs.empty:
    st.caption(t("table.none"))
else:
    st.caption(t("reputation.needs_of", start=fmt.day(view.start), end=fmt.day(view.end), n=fmt.exact(needs["text_count"].sum())))
    rows = needs.assign(name=[t_or(f"text_need.{code}", code) for code in needs["need_label"]], value=needs["text_count"])
    charts.show(charts.bars(rows, t("column.text_count")), t("reputation.needs"), height=40 * len(rows) + 30)
rules = reputation.model("need")
if rules and not fmt.is_missing(rules["own_accuracy_rate"]):
    st.caption(t("reputation.needs_measured", rate=fmt.rate(rules["own_accuracy_rate"]), n=fmt.exact(rules["own_label_count"])))
else:
    st.caption(t("reputation.needs_unmeasured"))
