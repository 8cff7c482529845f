"""`pulse …`: thin verbs over the functions of the project. Errors go to stderr in one sentence; exit codes are honest."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines import house_commands
from pipelines.connectors.commands import pull
from pipelines.console import JsonFlag, err, existing, out, plain_errors, print_inspection, say, show_steps
from pipelines.mapping.commands import map_file
from pipelines.registers.commands import app as registers_app
from pipelines.settings import settings

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Social Pulse (社媒脉搏): platform exports in, one warehouse and a dashboard out."
)


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
        show_steps()
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
        say(as_json, {"out": str(out_dir), "files": count}, f"{count} files written to {out_dir}; the truth is in {made.truth_path}")


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="An export file.")],
    platform: Annotated[str | None, typer.Option(help="Platform, where the file does not say.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """What is this file? Which columns were recognised, what would load, what would be rejected and why. Writes nothing."""
    from pipelines.ingest.inspect import inspect_file

    with plain_errors():
        report = inspect_file(existing(file), platform)
        if as_json:
            typer.echo(json.dumps(report, ensure_ascii=False, default=str))
        else:
            print_inspection(report)


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
        show_steps()
        if platform and platform not in known_platforms():
            raise LookupError(f"There is no platform '{platform}'. Known: {', '.join(known_platforms())}.")
        files = [existing(f) for f in files_under([existing(p) for p in paths])]
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
        show_steps()
        _report_run(run_pipeline(force=force), as_json)


@app.command()
def rebuild(as_json: JsonFlag = False) -> None:
    """Make the warehouse anew from the lake alone."""
    from pipelines.run import run_pipeline

    with plain_errors():
        show_steps()
        _report_run(run_pipeline(from_scratch=True), as_json)


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


def _report_run(outcome: Any, as_json: bool = False) -> None:
    sentence = f"published {outcome.release.stem}" if outcome.is_new else f"nothing new; {outcome.release.stem} stays published"
    say(as_json, {"release": outcome.release.stem, "is_new": outcome.is_new}, sentence)


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


for verb in (house_commands.status, house_commands.doctor, house_commands.upkeep, house_commands.forget, house_commands.rollback, pull):
    app.command()(verb)
app.command("map")(map_file)
app.add_typer(registers_app, name="registers")

if __name__ == "__main__":
    app()
