"""What should we do next, how sure is that, and what came of what we did?"""

import streamlit as st

from dashboards import layout, suggestion_cards
from dashboards.filters import choose
from dashboards.i18n import t
from dashboards.queries import suggestions
from dashboards.tables import table
from pipelines.suggestions.shape import NO_EVIDENCE

layout.page("suggestions")
rows = suggestions.queue()
if rows.empty:
    layout.empty("suggestions.no_rows")
tab = choose("suggestion_kind", t("suggestions.kinds"), suggestions.tabs(rows), kind="segments", label_visibility="collapsed")

if tab == suggestions.MEASURED:
    if waiting := suggestions.waiting():
        st.info(t("suggestions.waiting", n=waiting), icon=":material/hourglass_top:")
    st.subheader(t("suggestions.outcomes"), anchor=False, help=t("suggestions.outcomes_help"))
    table(suggestions.outcomes(), "suggestion_outcomes")
    st.subheader(t("suggestions.calibration"), anchor=False, help=t("suggestions.calibration_help"))
    table(suggestions.calibration(), "suggestion_calibration")
    st.stop()

own = rows if tab == suggestions.ALL else rows[rows["suggestion_kind"] == tab]
made, missing = own[own["status"] != NO_EVIDENCE], own[own["status"] == NO_EVIDENCE]
st.caption(t("suggestions.how") if len(made) else t("suggestions.nothing_open"))
for row in made.itertuples():
    suggestion_cards.card(row, names_kind=tab == suggestions.ALL)
if tab == suggestions.ALL and len(made):
    if len(missing):
        st.caption(t("suggestions.others", n=len(missing)))
elif not missing.empty:
    st.subheader(t("suggestions.unanswered"), anchor=False, help=t("suggestions.unanswered_help"))
    for row in missing.itertuples():
        suggestion_cards.unanswered(row)
