"""`pulse status`, `doctor`, `upkeep`, `forget`, `rollback`: looking after an install."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from pipelines.console import JsonFlag, out, plain_errors, say, show_steps


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
        show_steps()
        if platform not in known_platforms():
            raise LookupError(f"There is no platform '{platform}'. Known: {', '.join(known_platforms())}.")
        done, report = forget_person(platform, user, lambda: run_pipeline(from_scratch=True).release)
        removed = f"{sum(done.rows_removed.values())} rows, {len(done.originals_removed)} originals, {len(done.releases_removed)} releases"
        sentence = f"erased: {removed}; {done.files_searched} files searched, nothing found. Proof: {report}"
        if done.known_elsewhere:
            sentence += f"\nThe same id is known on {', '.join(done.known_elsewhere)}: run it for these too if it is the same person."
        say(as_json, {**asdict(done), "report": str(report)}, sentence)


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


def upkeep(as_json: JsonFlag = False) -> None:
    """Merge small files of the lake, delete originals whose retention has ended and files nobody reads. Every run does it too."""
    from pipelines.lock import writer_lock
    from pipelines.upkeep import keep_house

    with plain_errors(), writer_lock("pulse upkeep"):
        done = keep_house(many_files=1)
        say(as_json, done, ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in done.items()))


def rollback(as_json: JsonFlag = False) -> None:
    """Publish the release before the current one again."""
    from pipelines import publish
    from pipelines.lock import writer_lock

    with plain_errors(), writer_lock("pulse rollback"):
        release = publish.rollback()
        say(as_json, {"release": release.stem}, f"{release.stem} is published again")
