"""Mapping an unknown file: what it is, what each column becomes, and the questions that only a person can answer."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import format as fmt
from dashboards import import_data, import_words
from dashboards.i18n import named, t
from dashboards.import_data import Upload
from pipelines.mapping import edits
from pipelines.mapping.draft import DROP, ENTITIES, EXTRA, Draft, Question, questions, targets
from pipelines.mapping.names import platform_choices
from pipelines.mapping.templates import templates

KEEP_CODE, DROP_CODE, AUTO = "=keep", "=drop", "auto"
READINGS = ("text", "id", "count", "ratio", "number", "duration", "datetime", "date", "boolean", "person", "list", "json")


def map_columns(upload: Upload, likely_platform: str | None) -> Draft | None:
    """The draft as the person has made it so far; None until the platform and what a row is are known."""
    st.subheader(t("import.step_what"), anchor=False)
    base = _choose_what(upload, likely_platform)
    if base is None or not base.entity:
        return base
    st.subheader(t("import.step_map"), anchor=False)
    draft = _edit_columns(base, f"{upload.digest[:16]}:{base.platform}:{base.entity}:{base.header_row}:{base.sheet}")
    st.subheader(t("import.step_answer"), anchor=False)
    _answer(draft, upload.digest[:16])
    return draft


def _choose_what(upload: Upload, likely_platform: str | None) -> Draft | None:
    """Platform, entity, template and the header's place; then the suggestion that follows from them."""
    known = platform_choices()
    codes = sorted(known, key=lambda code: (code != likely_platform, code))
    skeletons = templates()
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    platform = left.selectbox(
        t("import.platform"),
        codes,
        index=None,
        format_func=lambda code: named(known[code].name_zh, known[code].name_en),
        placeholder=t("import.platform_pick"),
        key=f"platform:{upload.digest[:16]}",
    )
    if platform is None:
        return None
    own = [name for name, spec in skeletons.items() if spec.platform == platform]
    template = None
    if own:
        template = right.selectbox(
            t("import.template"),
            own,
            index=None,
            format_func=lambda name: named(skeletons[name].label_zh, skeletons[name].label_en),
            placeholder=t("import.template_none"),
            help=t("import.template_help"),
            key=f"template:{upload.digest[:16]}:{platform}",
        )
    choices: dict[str, Any] = {"platform": platform, "template": template}
    first = import_data.suggest(upload, **choices)
    if moved := _layout(upload, first):
        choices |= moved
        first = import_data.suggest(upload, **choices)
    entity = middle.selectbox(
        t("import.entity"),
        list(ENTITIES),
        index=ENTITIES.index(first.entity) if first.entity else None,
        format_func=lambda code: t(f"entity.{code}"),
        placeholder=t("import.entity_pick"),
        key=f"entity:{upload.digest[:16]}:{platform}:{template}",
    )
    draft = first if entity == first.entity or entity is None else import_data.suggest(upload, **choices, entity=entity)
    with st.popover(t("import.layout"), icon=":material/table_rows:"):
        _choose_layout(upload, draft)
    draft.extra_rows = int(st.session_state.get(f"extra_rows:{upload.digest[:16]}") or 0)
    return draft


def _layout(upload: Upload, guess: Draft) -> dict[str, Any]:
    """Where the person said the header is, where that is not where it was found."""
    said = {name: st.session_state.get(f"{name}:{upload.digest[:16]}") for name in ("header_row", "sheet")}
    return {name: value for name, value in said.items() if value and value != getattr(guess, name)}


def _choose_layout(upload: Upload, draft: Draft) -> None:
    digest = upload.digest[:16]
    if len(draft.sheets) > 1:
        st.selectbox(t("import.sheet"), draft.sheets, index=draft.sheets.index(draft.sheet), key=f"sheet:{digest}")
    st.number_input(t("import.header_row"), min_value=1, max_value=40, value=draft.header_row, key=f"header_row:{digest}")
    st.number_input(t("import.extra_rows"), min_value=0, max_value=10, value=0, key=f"extra_rows:{digest}")


def _edit_columns(base: Draft, key: str) -> Draft:
    """The table of columns; returns a copy of the draft with the person's changes."""
    entity = base.entity or ""
    st.caption(t("import.map_note"))
    rows = pd.DataFrame(
        {
            "header": [c.header for c in base.columns],
            "samples": [" · ".join(c.samples[:3]) for c in base.columns],
            "looks": [t(f"look.{c.looks_like}") for c in base.columns],
            "to": [_code(c.to) for c in base.columns],
            "key": [c.key for c in base.columns],
            "type": [c.type or AUTO for c in base.columns],
            "nulls": [" ".join(c.null_tokens) for c in base.columns],
        }
    )
    options = [KEEP_CODE, DROP_CODE, *targets(entity)]
    config = {
        "header": st.column_config.TextColumn(t("import.column"), disabled=True, pinned=True, width=130),
        "samples": st.column_config.TextColumn(t("import.samples"), disabled=True, width=165),
        "looks": st.column_config.TextColumn(t("import.looks"), disabled=True, width=115),
        "to": st.column_config.SelectboxColumn(t("import.to"), options=options, format_func=_target, required=True, width=225),
        "key": st.column_config.CheckboxColumn(t("import.key"), help=t("import.key_help"), width=75),
        "type": st.column_config.SelectboxColumn(
            t("import.type"), options=[AUTO, *READINGS], format_func=lambda code: t(f"read_as.{code}"), help=t("import.type_help"),
            required=True, width=95,
        ),
        "nulls": st.column_config.TextColumn(t("import.nulls"), help=t("import.nulls_help"), width=90),
    }  # fmt: skip
    edited = st.data_editor(
        rows, key=f"map:{key}", hide_index=True, column_config=config, num_rows="fixed", height=min(38 + 35 * len(rows), 600)
    )
    if base.unnamed:
        st.caption(t("import.unnamed", n=base.unnamed))
    return _with_edits(base, edited)


def _with_edits(base: Draft, edited: pd.DataFrame) -> Draft:
    """The draft with the table's choices in it."""
    draft = base.model_copy(deep=True)
    for column, row in zip(draft.columns, edited.to_dict("records"), strict=True):
        to = {KEEP_CODE: EXTRA, DROP_CODE: DROP}.get(str(row["to"]), str(row["to"]))
        if to != column.to:
            column.more = {}
        column.to = to
        column.key = bool(row["key"])
        column.type = "" if row["type"] in (AUTO, None) else str(row["type"])
        column.null_tokens = str(row["nulls"] or "").split()
        if column.negatives and set(column.negatives) <= set(column.null_tokens):
            column.allow_negative = False
    return draft


def _code(to: str) -> str:
    return {EXTRA: KEEP_CODE, DROP: DROP_CODE}.get(to, to)


def _target(code: Any) -> str:
    if code in (KEEP_CODE, DROP_CODE):
        return t("import.keep" if code == KEEP_CODE else "import.drop")
    return f"{import_words.field(code)}  {code}"


def _answer(draft: Draft, digest: str) -> None:
    """A widget per question that has answers to choose from; the answers go into the draft."""
    asked = [question for question in questions(draft) if question.options or question.code == "date_format"]
    for question in asked:
        reply = _ask(draft, question, f"ask:{digest}:{question.code}:{question.column}:{question.detail}")
        if reply:
            edits.settle(draft, question, reply)
    still = questions(draft)
    for question in still:
        if not (question.options or question.code == "date_format"):
            st.markdown(f":orange[:material/help:] {import_words.asked(question)}")
    if still:
        st.caption(f":orange[{t('import.n_open', n=len(still))}]")
    else:
        st.caption(f":green[:material/check_circle: {t('import.all_answered' if asked else 'import.none_open')}]")


def _ask(draft: Draft, question: Question, key: str) -> str | None:
    label = import_words.asked(question)
    if question.code == "date_format":
        help_text = t("ask.date_format_help", example=fmt.plain(question.example))
        return st.text_input(label, key=key, help=help_text, placeholder="%d %B %Y").strip() or None
    return st.radio(
        label,
        question.options,
        index=None,
        format_func=lambda option: import_words.choice(draft, question, option),
        horizontal=True,
        key=key,
    )
