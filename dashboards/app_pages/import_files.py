"""How does a file come in that nobody knows yet?"""

import streamlit as st

from dashboards import import_data, import_flow, import_save
from dashboards.i18n import t
from pipelines.mapping import uploads
from pipelines.settings import settings

st.title(t("page.import_files"), anchor=False)
st.caption(t("import.question"))
if done := st.session_state.get(import_save.DONE):
    import_save.show_done(done)
    if st.button(t("import.again"), type="primary"):
        st.session_state["upload_round"] = st.session_state.get("upload_round", 0) + 1
        del st.session_state[import_save.DONE]
        st.rerun()
    st.stop()
uploads.get_ready()
megabytes = settings().max_upload_mb
file = st.file_uploader(
    t("import.upload"),
    max_upload_size=megabytes,
    help=t("import.upload_help", mb=megabytes),
    key=f"upload:{st.session_state.get('upload_round', 0)}",
)
if file is not None:
    import_flow.start(import_data.received(file))
