"""`pulse pull`: fetch from the platforms' APIs what is due, then take it in like any file."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

from pipelines.console import out, plain_errors

COLOURS = {"failed": "red", "authorise": "red", "quota": "yellow", "not_ready": "yellow", "skipped": "dim"}


def pull(
    connector: Annotated[str | None, typer.Argument(help="Which connector; all that have credentials when left out.")] = None,
    account: Annotated[str | None, typer.Option(help="Only this account.")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, pulled before or not.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; today when left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Pull what is due (or the days named) from the platforms' APIs and take it in. `pulse run` then publishes it."""
    from pipelines.connectors.pull import day_window
    from pipelines.connectors.pull import pull as pull_windows
    from pipelines.ingest.landing import take_in_landing
    from pipelines.lock import writer_lock

    with plain_errors():
        asked = day_window(first.date() if first else None, last.date() if last else None, datetime.now().astimezone().date())
        outcomes = pull_windows(connector, account, asked)
        refused = []
        if any(outcome.file for outcome in outcomes):
            with writer_lock("pulse pull"):
                refused = take_in_landing().quarantined
    if as_json:
        typer.echo(json.dumps({"outcomes": [o.as_dict() for o in outcomes], "quarantined": refused}, ensure_ascii=False, default=str))
    else:
        for outcome in outcomes:
            out.print(outcome.sentence, style=COLOURS.get(outcome.status, ""), markup=False, highlight=False)
        for note in refused:
            out.print(f"{note['source_name']}: {note['message']}", style="red", markup=False, highlight=False)
        if not outcomes:
            out.print("No connector has credentials; see docs/connectors.md.", markup=False, highlight=False)
    if refused or any(outcome.status in ("failed", "authorise") for outcome in outcomes):
        raise typer.Exit(2)
