"""Which texts does the model not understand yet? A few clicks teach it and measure it."""

import streamlit as st

from dashboards import cards, layout, registry
from dashboards import format as fmt
from dashboards.i18n import named, t, t_or
from dashboards.queries import labelling
from dashboards.tables import table
from dashboards.words import text_set
from pipelines import state

NEEDED, AT_ONCE = 300, 5
TONES = ("positive", "neutral", "negative", "irrelevant")
NEEDS = ("help", "information", "venting", "entertainment", "recognition", "none")


def save(key: str, text: str, tone: str) -> None:
    """Write one label; a class or need that nobody chose stays open."""
    chosen = {column: st.session_state.get(f"{column}:{key}") for column in ("category", "need_label")}
    state.add("text_labels", text_key=key, text=text, label=tone, labelled_by=st.session_state["labelled_by"].strip(), **chosen)


layout.page("labelling")
models = labelling.models()
if models.empty:
    layout.empty("labelling.no_rows")
model = models.set_index("model").loc["sentiment"]
done = state.rows("text_labels")["text_key"].unique().sort().to_list()
has_own = not fmt.is_missing(model["own_accuracy_rate"])
own_ends = f"{fmt.rate(model['own_accuracy_low_rate'])} – {fmt.rate(model['own_accuracy_high_rate'])}"
transfer = t("labelling.transfer_note", set=text_set(model["transfer_set"]), n=fmt.exact(model["transfer_count"]))
precision = t("labelling.precision_note", p=fmt.rate(model["negative_threshold_rate"]))
cards.figures(
    [
        (t("labelling.progress"), t("labelling.progress_of", n=len(done), needed=NEEDED), None, t("labelling.progress_help")),
        (
            t("labelling.own_accuracy"),
            fmt.rate(model["own_accuracy_rate"]) if has_own else fmt.MISSING,
            own_ends if has_own else t("labelling.not_measured"),
            t("labelling.own_accuracy_help"),
        ),
        (t("labelling.transfer"), fmt.rate(model["transfer_accuracy_rate"]), transfer, t("labelling.transfer_help")),
        (t("labelling.precision"), fmt.rate(model["negative_precision_rate"]), precision, t("labelling.precision_help")),
    ]
)
st.progress(min(len(done) / NEEDED, 1.0))
st.text_input(t("labelling.who"), key="labelled_by", max_chars=40, help=t("labelling.who_help"))
has_name = bool(st.session_state["labelled_by"].strip())
if not has_name:
    st.caption(t("labelling.name_first"))

waiting = labelling.waiting(done, AT_ONCE)
if waiting.empty:
    st.success(t("labelling.none_left"), icon=":material/check_circle:")
else:
    st.caption(t("labelling.left", n=fmt.exact(waiting["waiting_count"].iloc[0])))
classes = {row.category: named(row.category_name_zh, row.category_name_en) for row in labelling.categories().itertuples()}
for row in waiting.itertuples():
    with st.container(border=True):
        st.text(row.text)
        guess = t(f"sentiment.{row.sentiment}")
        platform = registry.all_platforms().get(row.platform, t("labelling.no_platform"))
        st.caption(t("labelling.guess", platform=fmt.plain(platform), guess=guess, rate=fmt.rate(row.certainty_rate)))
        left, right = st.columns(2)
        left.selectbox(
            t("labelling.category"),
            list(classes),
            format_func=lambda code: classes[code],
            index=None,
            placeholder=t("labelling.open"),
            key=f"category:{row.text_key}",
        )
        right.selectbox(
            t("labelling.need"),
            NEEDS,
            format_func=lambda code: t_or(f"text_need.{code}", code),
            index=None,
            placeholder=t("labelling.open"),
            key=f"need_label:{row.text_key}",
        )
        for place, tone in zip(st.columns(len(TONES)), TONES, strict=True):
            place.button(
                t(f"sentiment.{tone}"),
                key=f"{tone}:{row.text_key}",
                on_click=save,
                args=(row.text_key, row.text, tone),
                disabled=not has_name,
                width="stretch",
            )

st.subheader(t("labelling.models"), anchor=False, help=t("labelling.models_help"))
shown = models.assign(text_model=[t(f"labelling.model_{name}") for name in models["model"]])
columns = [
    "text_model",
    "training_count",
    "own_label_count",
    "cv_accuracy_rate",
    "own_accuracy_rate",
    "transfer_accuracy_rate",
    "model_version",
]
table(shown[columns], "text_models")
