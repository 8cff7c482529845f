"""What the import page asks of a file, remembered by its contents: the same question to the same bytes is asked once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboards.i18n import t
from pipelines.mapping import uploads
from pipelines.mapping.draft import Draft


@dataclass(frozen=True)
class Upload:
    """An uploaded file. Its name is only a hint of where it is from, never a path."""

    name: str
    data: bytes
    digest: str


def received(file: Any) -> Upload:
    """The upload of Streamlit's widget."""
    data = file.getvalue()
    return Upload(file.name, data, hashlib.sha256(file.name.encode(errors="replace") + data).hexdigest())


def detect(upload: Upload) -> dict[str, Any]:
    """See pipelines.mapping.jobs.detect. Asked anew when a format has come or gone."""
    with st.spinner(t("import.reading")):
        return _detect(upload.digest, uploads.formats_revision(), upload)


@st.cache_data(max_entries=20, show_spinner=False)
def _detect(digest: str, revision: str, _upload: Upload) -> dict[str, Any]:
    with uploads.spooled(_upload.data, _upload.name) as path:
        return uploads.detect(path)


def suggest(upload: Upload, **choices: Any) -> Draft:
    """The first draft of a mapping; see pipelines.mapping.suggest."""
    with st.spinner(t("import.reading")):
        return Draft(**_suggest(upload.digest, uploads.formats_revision(), choices, upload))


@st.cache_data(max_entries=40, show_spinner=False)
def _suggest(digest: str, revision: str, choices: dict[str, Any], _upload: Upload) -> dict[str, Any]:
    with uploads.spooled(_upload.data, _upload.name) as path:
        return uploads.suggest(path, **choices).model_dump()


def preview(upload: Upload, draft: Draft, complete: bool, account: str | None) -> dict[str, Any]:
    """What the draft makes of the file; see pipelines.mapping.jobs.preview."""
    with st.spinner(t("import.checking")):
        return _preview(upload.digest, uploads.formats_revision(), draft.model_dump_json(), complete, account, upload)


@st.cache_data(max_entries=60, show_spinner=False)
def _preview(digest: str, revision: str, draft: str, complete: bool, account: str | None, _upload: Upload) -> dict[str, Any]:
    with uploads.spooled(_upload.data, _upload.name) as path:
        return uploads.preview(path, Draft.model_validate_json(draft), complete, account)
