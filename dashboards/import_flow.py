"""The two ways through an import: a file that is known is loaded, one that is not is mapped first."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import format as fmt
from dashboards import import_data, import_mapping, import_preview, import_save, import_words
from dashboards.i18n import named, t
from dashboards.import_data import Upload
from pipelines.mapping import uploads
from pipelines.mapping.draft import Draft, questions
from pipelines.mapping.names import platform_choices


def start(upload: Upload) -> None:
    """Say what the file is, and lead on from there."""
    found = import_data.detect(upload)
    if "report" in found:
        _known(upload, found["report"])
    elif found["problem"]["code"] in uploads.MAPPABLE:
        _say_nearest(found)
        _map(upload, (found.get("nearest") or {}).get("platform"))
    else:
        import_words.problem(found["problem"])


def _known(upload: Upload, report: dict[str, Any]) -> None:
    label = fmt.plain(named(report["label_zh"], report["label_en"]))
    st.success(t("import.known", label=label, format=fmt.plain(report["format_id"])), icon=":material/task_alt:")
    if st.toggle(t("import.remap"), key=f"remap:{upload.digest[:16]}"):
        _map(upload, report["platform"])
        return
    st.caption(t("import.known_note"))
    import_preview.counts(report)
    columns, rejects = st.tabs([t("import.tab_columns"), t("import.tab_rejects", n=fmt.exact(report["rows_rejected"]))])
    with columns:
        shown = pd.DataFrame(report["columns"], columns=["header", "to", "example"])
        shown["to"] = [import_words.field(str(to).partition(".")[2]) for to in shown["to"]]
        names = {"header": t("import.column"), "to": t("import.to"), "example": t("import.samples")}
        st.dataframe(shown.rename(columns=names), hide_index=True, alt=t("import.tab_columns"))
    with rejects:
        import_preview.show_rejects(report["rejects"], report["rows_rejected"])
    platform = platform_choices().get(report["platform"])  # none of a register: its rows name theirs
    zone = platform.timezone if platform else "Asia/Shanghai"
    account, captured_at = import_save.choose_account(report["platform"], zone, upload.digest[:16])
    import_save.captured_note(report, zone)
    if st.button(t("import.load"), type="primary", icon=":material/download_done:"):
        import_save.load_known(upload, platform.platform if platform else None, account, captured_at)


def _say_nearest(found: dict[str, Any]) -> None:
    """What the file is like, and what separates the two; the file's own headers only as table cells."""
    if found["problem"]["code"] == "look_alike":
        st.warning(t("import.look_alike"), icon=":material/compare_arrows:")
        st.text(found["problem"]["message"])
        return
    near = found.get("nearest")
    if not near:
        st.info(t("import.unknown"), icon=":material/help_center:")
        return
    label = fmt.plain(named(near["label_zh"], near["label_en"]))
    text = t("import.nearest", label=label, format=fmt.plain(near["format_id"]))
    st.info(f"{t('import.unknown')} {text}", icon=":material/help_center:")
    with st.expander(f"{t('import.missing')}: {len(near['missing'])} · {t('import.unexpected')}: {len(near['unexpected'])}"):
        if near["menu_path"]:
            st.caption(t("import.nearest_menu", menu=fmt.plain(near["menu_path"])))
        left, right = st.columns(2)
        for place, name in ((left, "missing"), (right, "unexpected")):
            place.dataframe(pd.DataFrame({t(f"import.{name}"): near[name]}), hide_index=True, alt=t(f"import.{name}"))


def _map(upload: Upload, likely_platform: str | None) -> None:
    try:
        draft = import_mapping.map_columns(upload, likely_platform)
    except uploads.FileProblem as problem:
        import_words.problem(vars(problem))
        return
    if draft is None or not draft.entity:
        return
    key = upload.digest[:16]
    st.subheader(t("import.step_save"), anchor=False)
    zone = draft.timezone or platform_choices()[draft.platform or ""].timezone
    account, captured_at = import_save.choose_account(draft.platform or "", zone, key)
    import_save.choose_more(draft, key)
    replace = import_save.choose_name(draft, key)
    st.subheader(t("import.step_check"), anchor=False)
    found = _preview(upload, draft, account)
    why = import_save.obstacle(draft, found, len(questions(draft)), replace)
    if why:
        st.caption(t("import.cannot_save", why=why))
    if st.button(t("import.save"), type="primary", disabled=why is not None, icon=":material/save:"):
        import_save.save_mapping(upload, draft, replace, account, captured_at)


def _preview(upload: Upload, draft: Draft, account: str) -> dict[str, Any] | None:
    """Try the mapping as far as it goes; None where there is nothing to try yet."""
    complete = not questions(draft)
    if not any(c.is_mapped for c in draft.columns):
        return None
    try:
        found = import_data.preview(upload, draft, complete, account)
    except uploads.FileProblem as problem:
        import_words.problem(vars(problem))
        return None
    import_preview.show(draft, found, complete)
    return found
