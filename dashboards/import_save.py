"""The last step of an import: whose figures these are, the format's name, and taking the file in."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from dashboards import format as fmt
from dashboards import import_words, registry
from dashboards.data import release_path
from dashboards.i18n import t, t_or
from dashboards.import_data import Upload
from pipelines.mapping import uploads
from pipelines.mapping.draft import Draft
from pipelines.mapping.formats import name_problem
from pipelines.mapping.names import platform_choices, timezone_choices

DONE = "import_done"


def choose_account(platform: str, zone: str, key: str) -> tuple[str, dt.datetime | None]:
    """The account and, where the person knows it, when the figures were exported."""
    left, right = st.columns(2)
    known = _accounts(platform)
    account = left.selectbox(t("import.account"), known, accept_new_options=True, help=t("import.account_help"), key=f"account:{key}")
    captured = right.datetime_input(t("import.captured"), value=None, help=t("import.captured_help"), key=f"captured:{key}")
    return str(account or known[0]), captured.replace(tzinfo=ZoneInfo(zone)) if captured else None


def _accounts(platform: str) -> list[str]:
    """Accounts of the platform that the release knows; `main` where there is none."""
    if release_path() is None:
        return ["main"]
    rows = registry.accounts()
    keys = [str(key).partition(":")[2] for key in rows[rows["platform"] == platform]["account_key"]]
    return keys or ["main"]


def choose_more(draft: Draft, key: str) -> None:
    """Time zone, currency and whose posts these are; written into the draft."""
    zone = platform_choices()[draft.platform or ""].timezone
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    chosen = left.selectbox(
        t("import.timezone"), ["", *timezone_choices()], format_func=lambda name: name or t("import.timezone_default", zone=zone),
        key=f"zone:{key}",
    )  # fmt: skip
    draft.timezone = chosen or None
    usual = platform_choices()[draft.platform or ""].currency
    currency = middle.text_input(
        t("import.currency"), value=draft.currency or "", max_chars=3, placeholder=usual, key=f"currency:{key}:{draft.currency}"
    )
    draft.currency = currency.strip().upper() or None
    draft.is_owned = right.toggle(t("import.owned"), value=draft.is_owned, help=t("import.owned_help"), key=f"owned:{key}")


def choose_name(draft: Draft, key: str) -> bool:
    """Name and label of the format, written into the draft; whether a format of that name may be replaced."""
    left, right = st.columns(2, vertical_alignment="bottom")
    draft.name = left.text_input(t("import.name"), value=draft.name, help=t("import.name_help"), key=f"name:{key}").strip()
    draft.label = right.text_input(t("import.label"), value=draft.label, key=f"label:{key}").strip()
    found = name_problem(draft)
    return found is not None and found.code == "name_taken" and st.checkbox(t("import.replace"), key=f"replace:{key}")


def obstacle(draft: Draft, found: dict[str, Any] | None, n_open: int, replace: bool) -> str | None:
    """Why the mapping cannot be saved yet, in words; None when it can."""
    if n_open or found is None:
        return t("import.n_open", n=max(n_open, 1))
    if not found["rows_loaded"]:
        return t("import.nothing_loads")
    if found["winner"] != f"{draft.platform}.{draft.name or 'draft'}":
        return t("import.other_wins", format=fmt.plain(found["winner"]))
    problem = name_problem(draft, replace)
    return t(f"name_problem.{problem.code}", name=fmt.plain(problem.detail)) if problem else None


def save_mapping(upload: Upload, draft: Draft, replace: bool, account: str, captured_at: dt.datetime | None) -> None:
    """Save the format and take the file in; the page then shows what became of it."""
    with st.spinner(t("import.loading")):
        try:
            with uploads.spooled(upload.data, upload.name) as path:
                saved = uploads.save_and_load(path, draft, replace, account, captured_at)
        except uploads.FileProblem as problem:
            import_words.problem(vars(problem))
            return
    st.session_state[DONE] = {"path": str(saved.path), **saved.load}
    st.rerun()


def load_known(upload: Upload, platform: str | None, account: str, captured_at: dt.datetime | None) -> None:
    """Take a recognised file in; the page then shows what became of it."""
    with st.spinner(t("import.loading")):
        try:
            with uploads.spooled(upload.data, upload.name) as path:
                result = uploads.load(uploads.place_in_landing(path, platform, account, captured_at))
        except uploads.FileProblem as problem:
            import_words.problem(vars(problem))
            return
    st.session_state[DONE] = result
    st.rerun()


def show_done(done: dict[str, Any]) -> None:
    """What became of the file, and the one step that is left."""
    if done.get("path"):
        st.success(t("import.saved", path=fmt.plain(done["path"])), icon=":material/save:")
    if "busy" in done:
        st.info(t("import.busy"), icon=":material/hourglass_top:")
    elif not done["is_new"]:
        st.info(t("import.loaded_before"), icon=":material/done_all:")
    else:
        manifest = done["manifest"]
        counts = {name: fmt.exact(manifest[f"rows_{name}"]) for name in ("loaded", "duplicate", "rejected")}
        st.success(t("import.loaded", **counts), icon=":material/check_circle:")
    st.markdown(t("import.publish"))
    st.code(t("import.publish_command"), language="bash")


def captured_note(found: dict[str, Any], zone: str) -> None:
    """Which time counts as the export's, and how that is known."""
    moment = dt.datetime.fromisoformat(found["captured_at"]).astimezone(ZoneInfo(zone))
    basis = t_or(f"captured_basis.{found['captured_at_basis']}", found["captured_at_basis"])
    st.caption(t("import.captured_from", basis=basis, moment=f"{moment:%Y-%m-%d %H:%M}"))
