"""Whose figures are pulled: accounts with their credentials, from the environment or from ``data/secrets.yaml`` (mode 0600).

Environment: ``PULSE_<CONNECTOR>_<ACCOUNT>_<NAME>``, or ``PULSE_<CONNECTOR>_<NAME>`` for the account ``main``.
File: ``connector: {account: {name: value}}``. Where both name a value the environment wins.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

from pipelines.connectors.catalogue import connectors
from pipelines.connectors.model import Account, Connector
from pipelines.connectors.redaction import remember_secrets
from pipelines.settings import settings

COMMON = ("start", "base_url")  # options every connector has


class CredentialsProblem(ValueError):
    """Credentials that cannot be used, with what to do about it."""


def accounts(connector: Connector) -> list[Account]:
    """Every account that has at least one credential. What it lacks is named in `missing`."""
    given: dict[str, dict[str, str]] = {}
    for source in (_from_file(connector), _from_environment(connector, os.environ)):
        for account, values in source.items():
            given.setdefault(account, {}).update(values)
    return [_account(connector, name, values) for name, values in sorted(given.items())]


def _account(connector: Connector, name: str, values: Mapping[str, str]) -> Account:
    if not re.fullmatch(r"[^./\\\s:][^/\\:]{0,80}", name):
        raise CredentialsProblem(f"{connector.name}: '{name}' cannot be an account's name; it becomes a folder. Use letters and digits.")
    secrets = {k: SecretStr(v) for k, v in values.items() if k in connector.credentials}
    remember_secrets(s.get_secret_value() for s in secrets.values())
    options = {k: v for k, v in connector.options.items() if v} | {k: v for k, v in values.items() if k not in secrets}
    needed = [*connector.credentials, *connector.options]
    missing = tuple(n for n in needed if n not in secrets and not options.get(n))
    return Account(name, secrets, options, _start(connector, name, options), missing)


def _start(connector: Connector, account: str, options: Mapping[str, str]) -> date | None:
    try:
        return date.fromisoformat(options["start"]) if options.get("start") else None
    except ValueError as error:
        raise CredentialsProblem(f"{connector.name}, account {account}: start is a day such as 2026-01-31.") from error


def variable(connector: Connector, account: str, name: str) -> str:
    """The environment variable that holds a value."""
    middle = "" if account == "main" else f"{account.upper()}_"
    return f"PULSE_{connector.name.upper()}_{middle}{name.upper()}"


def _from_environment(connector: Connector, environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    prefix = f"PULSE_{connector.name.upper()}_"
    longer = [p for c in connectors().values() if (p := f"PULSE_{c.name.upper()}_") != prefix and p.startswith(prefix)]
    names = sorted([*connector.credentials, *connector.options, *COMMON], key=len, reverse=True)
    found: dict[str, dict[str, str]] = {}
    for key, value in environment.items():
        if not value or not key.startswith(prefix) or key.startswith(tuple(longer)):
            continue
        rest = key.removeprefix(prefix).lower()
        name = next((n for n in names if rest == n or rest.endswith(f"_{n}")), None)
        if name is not None:
            found.setdefault(rest.removesuffix(name).rstrip("_") or "main", {})[name] = value
    return found


def _from_file(connector: Connector) -> dict[str, dict[str, str]]:
    path = settings().secrets_file
    if not path.exists():
        return {}
    require_private(path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        line = error.problem_mark.line + 1 if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else "?"
        raise CredentialsProblem(f"{path} is no YAML (line {line}).") from None  # the error itself would quote the line
    section = content.get(connector.name) if isinstance(content, dict) else None
    if section is None:
        return {}
    if not isinstance(section, dict) or not all(isinstance(v, dict) for v in section.values()):
        raise CredentialsProblem(f"{path}: below '{connector.name}' stand accounts, and below each account its values.")
    allowed = {*connector.credentials, *connector.options, *COMMON}
    return {str(account): _values(path, connector, str(account), values, allowed) for account, values in section.items()}


def _values(path: Path, connector: Connector, account: str, values: dict[str, Any], allowed: set[str]) -> dict[str, str]:
    unknown = sorted(set(values) - allowed)
    if unknown:
        raise CredentialsProblem(
            f"{path}: {connector.name}, account {account} has '{unknown[0]}'; there are: {', '.join(sorted(allowed))}."
        )
    return {k: str(v) for k, v in values.items() if v not in (None, "")}


def require_private(path: Path) -> None:
    """CredentialsProblem when others than its owner may read a file."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise CredentialsProblem(f"{path} can be read by others (mode {mode:04o}); nothing is pulled. Run: chmod 600 {path}")
