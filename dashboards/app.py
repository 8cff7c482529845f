"""The app's frame: language, pages, and what to show when there is no release or a page fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from dashboards import filters, layout
from dashboards.data import release_path
from dashboards.i18n import t

HERE = Path(__file__).parent
# Groups of pages in the order of a working day; a page's name is its file's and its address, beside it its icon.
GROUPS = {
    "watch": {
        "overview": "monitoring",
        "reach": "visibility",
        "engagement": "forum",
        "funnel": "filter_alt",
        "users": "group",
        "time_series": "show_chart",
    },
    "explain": {
        "compare": "compare_arrows",
        "what_works": "science",
        "when_to_post": "schedule",
        "people": "diversity_3",
        "conversion_paths": "route",
        "reputation": "record_voice_over",
    },
    "act": {
        "suggestions": "lightbulb",
        "alerts": "notifications_active",
        "outlook": "flag",
    },
    "data": {
        "labelling": "label",
        "import_files": "upload_file",
        "data_health": "health_and_safety",
    },
}
WITHOUT_RELEASE = {"import_files"}  # pages that need no published data
START = "overview"


def pages() -> dict[str, list[st.Page]]:
    """One page per question, in groups; the file's name is the page's name and its address."""
    shown = {
        t(f"group.{group}"): [
            _page(name, name, icon=f":material/{icon}:") for name, icon in members.items() if name != START and exists(name)
        ]
        for group, members in GROUPS.items()
    }
    # The start page lives at "/"; a link to its own name opens it too.
    first, *_ = GROUPS
    start = _page(START, "start", icon=f":material/{GROUPS[first][START]}:", default=True)
    shown[t(f"group.{first}")] = [start, *shown[t(f"group.{first}")], _page(START, START, visibility="hidden")]
    return shown


def exists(name: str) -> bool:
    return (HERE / "app_pages" / f"{name}.py").exists()


def _page(name: str, url_path: str, **options: Any) -> st.Page:
    return st.Page(HERE / "app_pages" / f"{name}.py", title=t(f"page.{name}"), url_path=url_path, **options)


@st.fragment(run_every="60s")
def watch_for_release(shown: str | None) -> None:
    """Redraw the page when another release has been published while it was open."""
    if release_path() != shown:
        st.rerun(scope="app")


def main() -> None:
    """Draw the frame around the page the address names."""
    filters.set_language()
    st.set_page_config(page_title=t("app.name"), page_icon=str(HERE / "assets" / "icon.png"), layout="wide", initial_sidebar_state=220)
    st.logo(str(HERE / "assets" / f"logo-{st.session_state['language']}.svg"), size="large")
    page = st.navigation(pages(), expanded=True)
    with st.sidebar:
        filters.choose_language()
        watch_for_release(release_path())
    try:
        if release_path() is None and page.url_path not in WITHOUT_RELEASE:
            layout.first_run()
        else:
            page.run()
    except Exception as error:  # noqa: BLE001 - whatever fails, the reader gets a sentence and the log gets the rest
        layout.broken(error)
    finally:
        filters.write_url()


main()
