"""`pulse map`: what is this file, and how does a kind of file that nobody knew become one that loads?"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from pipelines.console import err, out, plain_errors, print_inspection

if TYPE_CHECKING:
    from pipelines.mapping.draft import Draft, Question


ASKED = {
    "platform": "which platform is it from? (--platform)",
    "entity": "what is one row of it? (--entity)",
    "nothing_mapped": 'no column is mapped yet (--set "列名=view_count")',
    "twice": "two columns become {detail}; choose one",
    "unknown_column": "{detail} is no column of this entity",
    "needed": "a row needs one of: {detail}",
    "key": 'which columns tell one row from another? (--set "列名=title:key")',
    "decimal": "does {example} have a decimal point or a decimal comma?",
    "scale": "is {example} a fraction of 1 (0.63 is 63 %) or a percentage (0.63 is 0.63 %)?",
    "unit": "in which unit is {example}?",
    "date_order": "does {example} begin with the day or with the month?",
    "date_format": "how is {example} written? (a strptime format, as %d %B %Y)",
    "negative": "are its negative figures real, or do they stand for missing?",
}


def map_file(
    file: Annotated[Path, typer.Argument(help="An export file of any kind.")],
    platform: Annotated[str | None, typer.Option(help="The platform it is from.")] = None,
    entity: Annotated[str | None, typer.Option(help="What one row is: post_snapshots, account_days, orders, …")] = None,
    template: Annotated[str | None, typer.Option(help="A skeleton to start from (data/formats/templates).")] = None,
    settings_: Annotated[
        list[str] | None,
        typer.Option("--set", help='A column: "列名=view_count", "完播率=completion_rate:percent", "日期=published_at:day_first".'),
    ] = None,
    constants: Annotated[list[str] | None, typer.Option("--constant", help="A value for the whole file: ad_level=campaign.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Time zone of its times; the platform's when left out.")] = None,
    header_row: Annotated[int | None, typer.Option(help="Row that holds the headers, counted from 1.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    decimal: Annotated[str | None, typer.Option(help="point or comma.")] = None,
    other: Annotated[bool, typer.Option("--others-posts", help="The posts are other people's, not ours.")] = False,
    out_file: Annotated[Path | None, typer.Option("--out", help="Write the draft as YAML, finished or not.")] = None,
    save_as: Annotated[str | None, typer.Option("--save", help="Save it as a format of this name and take the file in.")] = None,
    replace: Annotated[bool, typer.Option(help="Replace the format of this name.")] = False,
    account: Annotated[str | None, typer.Option(help="Account the file belongs to.")] = None,
    captured_at: Annotated[datetime | None, typer.Option(help="When the figures were exported.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """What is this file? An unknown one is mapped: column by column, with a preview, saved as a format of your own."""
    from pipelines.mapping import edits, uploads
    from pipelines.mapping.formats import NotReady, to_yaml
    from pipelines.mapping.names import checked_names

    with plain_errors():
        if not file.is_file():
            raise FileNotFoundError(f"There is no file '{file}'.")
        checked_names(platform, entity, template)
        detected = uploads.detect(file, platform)
        asked = any((entity, template, settings_, out_file, save_as))
        if not asked and ("report" in detected or detected["problem"]["code"] not in uploads.MAPPABLE):
            _say_what_it_is(detected, as_json)
            return
        draft = uploads.suggest(file, platform=platform, entity=entity, template=template, sheet=sheet, header_row=header_row)
        draft.timezone, draft.is_owned = timezone, not other
        draft.name = save_as or draft.name
        if decimal:
            draft.decimal = decimal  # type: ignore[assignment]  # validated on assignment
        for setting in settings_ or []:
            edits.apply(draft, setting)
        for setting in constants or []:
            edits.set_constant(draft, setting)
        if sys.stdin.isatty() and sys.stdout.isatty() and not as_json:
            _say_what_it_is(detected, as_json=False)
            _ask(draft)
        result = _result(file, draft, detected, account)
        if out_file:
            notes = "".join(f"# open: {line}\n" for line in result["open"])
            out_file.write_text(notes + to_yaml(draft, complete=not result["open"]), encoding="utf-8")
        if save_as and not result["open"]:
            result |= _saved(file, draft, replace, account, captured_at)
        _report(draft, result, as_json)
        if save_as and result["open"]:
            raise NotReady("Not saved: answer what is open first.")


def _say_what_it_is(detected: dict[str, Any], as_json: bool) -> None:
    from pipelines.ingest.errors import FileProblem

    if "report" in detected:
        if as_json:
            typer.echo(json.dumps(detected, ensure_ascii=False, default=str))
        else:
            print_inspection(detected["report"])
            out.print("A known export: `pulse ingest` takes it in. To map it yourself, say --entity or --save.", markup=False)
        return
    problem = FileProblem(**detected["problem"])
    if problem.code != "unknown_format":
        raise problem
    near = detected.get("nearest")
    if near is None:
        out.print("No known export is like this file.", markup=False)
        return
    out.print(f"Not a known export. The nearest is {near['format_id']} ({near['label_zh']} / {near['label_en']}).", markup=False)
    for label, names in (("it needs, and the file lacks", near["missing"]), ("the file has besides", near["unexpected"])):
        if names:
            out.print(f"  {label}: {', '.join(names)}", markup=False, highlight=False)


def _ask(draft: Draft) -> None:
    """Ask on the terminal for what is open, until nothing is; an empty answer leaves the rest open."""
    from pipelines.mapping import edits
    from pipelines.mapping.draft import questions

    while open_ones := questions(draft):
        question = open_ones[0]
        options = f" [{'/'.join(question.options)}]" if question.options else ""
        reply = typer.prompt(_sentence(question) + options, default="", show_default=False).strip()
        if not reply:
            return
        try:
            edits.settle(draft, question, reply)
        except (LookupError, ValueError) as error:
            err.print(str(error), style="red", markup=False)


def _sentence(question: Question) -> str:
    text = ASKED[question.code].format(detail=question.detail, example=f"'{question.example}'" if question.example else "a value")
    return f"{question.column}: {text}" if question.column else text


def _result(file: Path, draft: Draft, detected: dict[str, Any], account: str | None) -> dict[str, Any]:
    """The open questions and what the draft makes of the file, as far as it goes."""
    from pipelines.ingest.errors import FileProblem
    from pipelines.mapping import uploads
    from pipelines.mapping.draft import questions

    result: dict[str, Any] = {
        "open": [_sentence(q) for q in questions(draft)],
        "nearest": detected.get("nearest"),
        "draft": draft.model_dump(),
    }
    if draft.entity and any(c.is_mapped for c in draft.columns):
        try:
            result["preview"] = uploads.preview(file, draft, complete=not result["open"], account=account)
        except FileProblem as problem:
            result["preview_problem"] = str(problem)
    return result


def _saved(file: Path, draft: Draft, replace: bool, account: str | None, captured_at: datetime | None) -> dict[str, Any]:
    from pipelines.mapping import uploads

    saved = uploads.save_and_load(file, draft, replace, account, captured_at.astimezone() if captured_at else None)
    return {"format": str(saved.path), "load": saved.load}


def _report(draft: Draft, result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, default=str))
        return
    table = Table("column in the file", "becomes", "type", "for example")
    for column in draft.columns:
        becomes = column.to if column.is_mapped else "(never stored)" if column.to else "(kept as text)"
        kind = column.kind(draft.entity or "") if column.is_mapped else ""
        table.add_row(column.header, becomes + (" (key)" if column.key else ""), kind, " · ".join(column.samples[:3])[:60])
    out.print(table, markup=False)
    if shown := result.get("preview"):
        counts = "{rows_in} rows: {rows_loaded} would load, {rows_duplicate} duplicate, {rows_rejected} rejected"
        out.print(counts.format(**shown), markup=False, highlight=False)
        for reject in shown["rejects"][:20]:
            out.print(f"row {reject['row_number']}: {reject['message']}", style="red", markup=False, highlight=False)
    if problem := result.get("preview_problem"):
        err.print(problem, style="red", markup=False)
    for line in result["open"]:
        out.print(f"open: {line}", style="yellow", markup=False, highlight=False)
    if path := result.get("format"):
        out.print(f"saved as {path}", markup=False, highlight=False)
        load = result["load"]
        rows = load["manifest"]["rows_loaded"] if "manifest" in load else 0
        out.print(load.get("busy") or f"{rows} rows are in the lake; `pulse run` publishes them.", markup=False, highlight=False)
    elif not result["open"]:
        out.print("Nothing is open: --save NAME keeps it as a format and takes the file in.", markup=False, highlight=False)
