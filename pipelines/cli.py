"""`pulse …`: thin verbs over the functions of the project. Errors go to stderr in one sentence; exit codes are honest."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track as rich_track
from rich.table import Table

from pipelines.mapping.commands import map_file
from pipelines.progress import show_progress
from pipelines.settings import settings

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Social Pulse (社媒脉搏): platform exports in, one warehouse and a dashboard out."
)
out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@contextmanager
def plain_errors() -> Iterator[None]:
    """Expected problems as one sentence on stderr with exit code 1; anything else keeps its traceback."""
    from pipelines.forget import StillThere
    from pipelines.ingest.errors import FileProblem
    from pipelines.lock import Busy
    from pipelines.publish import AuditFailed
    from pipelines.query import NoRelease, QueryRefused
    from pipelines.run import RunFailed
    from pipelines.transform import TransformFailed

    try:
        yield
    except (
        FileProblem,
        Busy,
        AuditFailed,
        NoRelease,
        QueryRefused,
        RunFailed,
        StillThere,
        TransformFailed,
        LookupError,
        OSError,
        ValueError,
    ) as error:
        err.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(1) from error


def _show_progress() -> None:
    """Bars and steps on a terminal; plain lines, one per step, where a program or a log reads along."""
    logging.getLogger("dagster").setLevel(logging.CRITICAL)

    def announce(text: str) -> None:
        err.print(f"· {text}", style="dim", markup=False, highlight=False)

    def bar(items: list[Any], label: str) -> Iterable[Any]:
        return rich_track(items, description=label, console=err, transient=True)

    def line(items: list[Any], label: str) -> Iterable[Any]:
        announce(f"{label} ({len(items)})")
        return items

    show_progress(bar if sys.stderr.isatty() else line, announce)


@app.command()
def demo(
    serve: Annotated[bool, typer.Option(help="Serve the app afterwards.")] = True,
    port: Annotated[int | None, typer.Option(help="Port of the app.")] = None,
) -> None:
    """Set everything up: sample exports where there is nothing yet, one pipeline run, then the app."""
    from pipelines import lake
    from pipelines.ingest.landing import landing_files
    from pipelines.run import run_pipeline
    from pipelines.simulate.samples import write_samples

    with plain_errors():
        _show_progress()
        if not landing_files() and not lake.manifests():
            err.print("· writing sample exports of a made-up brand", style="dim")
            write_samples(settings().landing)
        _report_run(run_pipeline())
        if serve:
            _serve_app(port or settings().app_port)


@app.command()
def simulate(
    out_dir: Annotated[Path, typer.Option("--out", help="Folder to write the export files and truth.json to.")],
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 7,
    days: Annotated[int, typer.Option(min=14, help="Days of history.")] = 365,
    accounts: Annotated[int, typer.Option(min=1, help="Accounts per platform.")] = 2,
    scale: Annotated[float, typer.Option(min=0.01, help="More people, posts and events.")] = 1.0,
    platform: Annotated[list[str] | None, typer.Option(help="Only these platforms (repeat the option).")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Write export files as the platforms write them, for a made-up brand, with the truth behind them."""
    from pipelines.simulate import simulate as run_simulation

    with plain_errors():
        made = run_simulation(out_dir, seed=seed, days=days, accounts=accounts, scale=scale, platforms=platform)
        count = len(made.files)
        _say(as_json, {"out": str(out_dir), "files": count}, f"{count} files written to {out_dir}; the truth is in {made.truth_path}")


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="An export file.")],
    platform: Annotated[str | None, typer.Option(help="Platform, where the file does not say.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """What is this file? Which columns were recognised, what would load, what would be rejected and why. Writes nothing."""
    from pipelines.ingest.inspect import inspect_file

    with plain_errors():
        report = inspect_file(_existing(file), platform)
        if as_json:
            typer.echo(json.dumps(report, ensure_ascii=False, default=str))
        else:
            _print_inspection(report)


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Export files or folders of them.")],
    account: Annotated[str | None, typer.Option(help="Account the files belong to.")] = None,
    platform: Annotated[str | None, typer.Option(help="Platform, where the files do not say.")] = None,
    captured_at: Annotated[
        datetime | None, typer.Option(help="When the figures were exported (local time unless it has an offset).")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Put files into the landing folder and take them in. `pulse run` then publishes them."""
    from pipelines.ingest.landing import files_under, place, take_in_landing
    from pipelines.ingest.spec import platforms as known_platforms
    from pipelines.lock import writer_lock

    with plain_errors():
        _show_progress()
        if platform and platform not in known_platforms():
            raise LookupError(f"There is no platform '{platform}'. Known: {', '.join(known_platforms())}.")
        files = [_existing(f) for f in files_under([_existing(p) for p in paths])]
        for file in files:
            place(file, platform, account, captured_at.astimezone() if captured_at else None)
        with writer_lock("pulse ingest"):
            intake = take_in_landing()
        if as_json:
            typer.echo(
                json.dumps(
                    {"loaded": intake.loaded, "known": intake.known, "quarantined": intake.quarantined}, ensure_ascii=False, default=str
                )
            )
        else:
            _print_intake(intake)
        if intake.quarantined:
            raise typer.Exit(2)


@app.command()
def run(
    force: Annotated[bool, typer.Option(help="Run even when nothing is new.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """One whole pipeline run: take in, build, audit, publish. Does nothing when nothing is new."""
    from pipelines.run import run_pipeline

    with plain_errors():
        _show_progress()
        _report_run(run_pipeline(force=force), as_json)


@app.command()
def rebuild(as_json: JsonFlag = False) -> None:
    """Make the warehouse anew from the lake alone."""
    from pipelines.run import run_pipeline

    with plain_errors():
        _show_progress()
        _report_run(run_pipeline(from_scratch=True), as_json)


@app.command()
def rollback(as_json: JsonFlag = False) -> None:
    """Publish the release before the current one again."""
    from pipelines import publish
    from pipelines.lock import writer_lock

    with plain_errors(), writer_lock("pulse rollback"):
        release = publish.rollback()
        _say(as_json, {"release": release.stem}, f"{release.stem} is published again")


@app.command()
def status(as_json: JsonFlag = False) -> None:
    """What is published, how old it is, what waits in landing and what lies in quarantine."""
    from pipelines.status import status_report

    with plain_errors():
        report = status_report()
        if as_json:
            typer.echo(json.dumps(report, ensure_ascii=False, default=str))
            return
        for key, value in report.items():
            shown = "\n  ".join(str(v) for v in value) if isinstance(value, list) else value
            out.print(f"{key.replace('_', ' ')}: {shown}", markup=False, highlight=False)


@app.command()
def forget(
    platform: Annotated[str, typer.Argument(help="Platform the person is known on.")],
    user: Annotated[str, typer.Argument(help="The person's id, nickname or phone number, as the platform writes it.")],
    as_json: JsonFlag = False,
) -> None:
    """Erase a person from originals, lake, warehouse and kept releases, keep them out from now on, and write a proof."""
    from dataclasses import asdict

    from pipelines.forget import forget as forget_person
    from pipelines.ingest.spec import platforms as known_platforms
    from pipelines.run import run_pipeline

    with plain_errors():
        _show_progress()
        if platform not in known_platforms():
            raise LookupError(f"There is no platform '{platform}'. Known: {', '.join(known_platforms())}.")
        done, report = forget_person(platform, user, lambda: run_pipeline(from_scratch=True).release)
        removed = f"{sum(done.rows_removed.values())} rows, {len(done.originals_removed)} originals, {len(done.releases_removed)} releases"
        sentence = f"erased: {removed}; {done.files_searched} files searched, nothing found. Proof: {report}"
        if done.known_elsewhere:
            sentence += f"\nThe same id is known on {', '.join(done.known_elsewhere)}: run it for these too if it is the same person."
        _say(as_json, {**asdict(done), "report": str(report)}, sentence)


@app.command()
def doctor(as_json: JsonFlag = False) -> None:
    """Is this install well? Disk, clock, release, silent sources, quarantine, formats, holidays, secrets. Exit code 1 on a problem."""
    from dataclasses import asdict

    from pipelines.doctor import examine

    with plain_errors():
        findings = examine()
        if as_json:
            typer.echo(json.dumps([asdict(f) for f in findings], ensure_ascii=False))
        for finding in [] if as_json else findings:
            colour = {"ok": "green", "warning": "yellow", "problem": "red"}[finding.level]
            out.print(f"{finding.level:8} {finding.check:11} {finding.message}", style=colour, markup=False, highlight=False)
            if finding.mend:
                out.print(f"{'':20} → {finding.mend}", markup=False, highlight=False)
        if any(f.level == "problem" for f in findings):
            raise typer.Exit(1)


@app.command()
def upkeep(as_json: JsonFlag = False) -> None:
    """Merge small files of the lake, delete originals whose retention has ended and files nobody reads. Every run does it too."""
    from pipelines.lock import writer_lock
    from pipelines.upkeep import keep_house

    with plain_errors(), writer_lock("pulse upkeep"):
        done = keep_house(many_files=1)
        _say(as_json, done, ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in done.items()))


@app.command()
def sql(
    statement: Annotated[str, typer.Argument(help="One SELECT on the published release.")],
    output: Annotated[str, typer.Option("--format", help="table, csv, json or parquet.")] = "table",
) -> None:
    """Read-only SQL on the published release."""
    from pipelines.query import query

    with plain_errors():
        if output not in ("table", "csv", "json", "parquet"):
            raise ValueError(f"'{output}' is no format; choose table, csv, json or parquet.")
        frame = query(statement)
        if output == "table":
            _print_frame(frame)
        elif output == "csv":
            typer.echo(_csv_ready(frame).write_csv(), nl=False)
        elif output == "json":
            typer.echo(frame.write_json())
        else:
            frame.write_parquet(sys.stdout.buffer)


app.command("map")(map_file)


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="Port of the app.")] = None,
    dagster_port: Annotated[int | None, typer.Option(help="Port of the Dagster web server.")] = None,
) -> None:
    """Serve everything on loopback: the app, Dagster's web server and the daemon that runs schedules and sensors."""
    from pipelines.serve import serve_all

    with plain_errors():
        raise typer.Exit(serve_all(port or settings().app_port, dagster_port or settings().dagster_port))


def _serve_app(port: int) -> None:
    from pipelines.serve import app_command

    out.print(f"Social Pulse: http://127.0.0.1:{port}  (Ctrl+C stops it)")
    command = app_command(port)
    os.execv(command[0], command)


def _existing(path: Path) -> Path:
    if not path.exists():
        raise FileNotFoundError(f"There is no file or folder '{path}'.")
    return path


def _say(as_json: bool, data: dict[str, Any], sentence: str) -> None:
    if as_json:
        typer.echo(json.dumps(data, ensure_ascii=False, default=str))
    else:
        out.print(sentence, markup=False, highlight=False)


def _report_run(outcome: Any, as_json: bool = False) -> None:
    sentence = f"published {outcome.release.stem}" if outcome.is_new else f"nothing new; {outcome.release.stem} stays published"
    _say(as_json, {"release": outcome.release.stem, "is_new": outcome.is_new}, sentence)


def _print_intake(intake: Any) -> None:
    for m in intake.loaded:
        counts = f"{m['rows_loaded']} loaded, {m['rows_duplicate']} duplicate, {m['rows_rejected']} rejected"
        out.print(
            f"{m['source_name']}: {m['format_id']} ({m['format_version']}), {m['rows_in']} rows: {counts}", markup=False, highlight=False
        )
        for warning in m["warnings"]:
            out.print(f"  {warning}", style="yellow", markup=False, highlight=False)
    if intake.known:
        out.print(f"{intake.known} files were known already")
    for note in intake.quarantined:
        err.print(f"{note['source_name']}: {note['message']}", style="red", markup=False, highlight=False)


def _print_inspection(report: dict[str, Any]) -> None:
    for line in (
        "{source_name}: {format_id} {format_version} - {label_zh} / {label_en}",
        "{rows_in} rows: {rows_loaded} would load, {rows_duplicate} duplicate, {rows_rejected} rejected",
        "captured at {captured_at} ({captured_at_basis}), encoding {encoding}, header in row {header_row}",
    ):
        out.print(line.format(**report), markup=False, highlight=False)
    table = Table("column in the file", "becomes", "type", "example")
    for c in report["columns"]:
        table.add_row(c["header"], c["to"], c["type"], str(c["example"] or ""))
    out.print(table)
    for label, key in (("unknown columns (kept in extra)", "unknown_columns"), ("warnings", "warnings")):
        if report[key]:
            out.print(f"{label}: {', '.join(report[key])}", style="yellow", markup=False)
    for reject in report["rejects"]:
        out.print(f"row {reject['row_number']}: {reject['reason_code']} - {reject['message']}", style="red", markup=False, highlight=False)


def _print_frame(frame: Any) -> None:
    import polars as pl

    with pl.Config(
        tbl_rows=200,
        tbl_cols=-1,
        fmt_str_lengths=80,
        tbl_width_chars=200,
        tbl_hide_column_data_types=True,
        tbl_formatting="UTF8_HORIZONTAL_ONLY",
    ):
        typer.echo(str(frame))


def _csv_ready(frame: Any) -> Any:
    """Nested columns as JSON text: CSV has no lists."""
    import polars as pl

    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    return frame.with_columns(pl.struct(name).struct.json_encode().alias(name) for name in nested)


if __name__ == "__main__":
    app()
