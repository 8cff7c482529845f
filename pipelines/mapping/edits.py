"""A person's choices as words: `列名=view_count:count`, `完播率=completion_rate:percent`, `日期=published_at:day_first`, `手机号=-`."""

from __future__ import annotations

from typing import get_args

from pydantic import ValidationError

from pipelines.ingest.spec import ColumnType
from pipelines.mapping.draft import CHOICES, DROP, Draft, DraftColumn, Question, answer, targets

TYPES = get_args(ColumnType)
SCALES = ("fraction", "percent")
UNITS = ("seconds", "minutes", "hours", "milliseconds")
ORDERS = ("day_first", "month_first")


def apply(draft: Draft, setting: str) -> None:
    """Write one `header=column[:word]…` into the draft. LookupError or ValueError say what is wrong with it.

    Words: a type, fraction/percent, a unit, day_first/month_first, key, negative, `null=-1`, or a strptime format (last).
    """
    headers = [c.header for c in draft.columns if setting.startswith(c.header + "=")]
    header = max(headers, key=len, default=setting.partition("=")[0])
    column = draft.column(header)
    to, *words = _split(setting[len(header) + 1 :])
    if to not in ("", DROP) and draft.entity and to not in targets(draft.entity):
        raise LookupError(f"'{to}' is no column of {draft.entity}. There are: {', '.join(targets(draft.entity))}.")
    if to != column.to:
        column.more = {}
    column.to = to
    for word in words:
        _set(column, word)


def _split(text: str) -> list[str]:
    """The words between colons; a strptime format begins with % and takes all that is left."""
    head, percent, tail = text.partition(":%")
    return [*head.split(":"), *([f"%{tail}"] if percent else [])]


def _set(column: DraftColumn, word: str) -> None:
    if word in TYPES:
        column.type = word
    elif word in SCALES:
        column.scale = word  # type: ignore[assignment]  # validated on assignment
    elif word in UNITS:
        column.unit = word  # type: ignore[assignment]
    elif word in ORDERS:
        column.date_order = word  # type: ignore[assignment]
    elif word.startswith("%"):
        column.formats = [word]
    elif word.startswith("null="):
        column.null_tokens = [*column.null_tokens, word.removeprefix("null=")]
        if set(column.negatives) <= set(column.null_tokens):
            column.allow_negative = False
    elif word == "key":
        column.key = True
    elif word == "negative":
        column.allow_negative = True
    else:
        known = ", ".join([*TYPES, *SCALES, *UNITS, *ORDERS, "key", "negative", "null=…", "%Y-%m-%d"])
        raise ValueError(f"'{word}' means nothing here; say one of: {known}.")


def set_constant(draft: Draft, setting: str) -> None:
    """Write one `column=value` that holds for the whole file."""
    name, _, value = setting.partition("=")
    if draft.entity and name not in targets(draft.entity):
        raise LookupError(f"'{name}' is no column of {draft.entity}.")
    if value not in CHOICES.get(name, [value]):
        raise ValueError(f"{name} is one of: {', '.join(CHOICES[name])}.")
    draft.constants = {**draft.constants, name: value}


def settle(draft: Draft, question: Question, reply: str) -> None:
    """Write the answer to an open question into the draft. ValueError when it is none of the options."""
    if question.options and reply not in question.options:
        raise ValueError(f"Say one of: {', '.join(question.options)}.")
    try:
        if question.code in ("platform", "entity", "decimal"):
            setattr(draft, question.code, reply)
        elif question.code == "needed" and question.options:
            set_constant(draft, f"{question.detail.split(', ')[0]}={reply}")
        elif question.column:
            answer(draft.column(question.column), question.code, reply)
        else:
            apply(draft, reply)
    except ValidationError as error:
        raise ValueError(f"'{reply}' does not answer that.") from error
