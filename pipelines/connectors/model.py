"""What a connector declares: its endpoints, how it logs in and what its answers mean. Plain data and small functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from pipelines.connectors.verdicts import Answer, Verdict

if TYPE_CHECKING:
    from pipelines.connectors.paging import Paging


@dataclass(frozen=True)
class Window:
    """Days a page file covers, both included."""

    start: date
    end: date

    def __str__(self) -> str:
        return f"{self.start}" if self.start == self.end else f"{self.start} to {self.end}"


@dataclass(frozen=True)
class Request:
    """One call without its credentials, which the client adds: what stands here may be saved."""

    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    form: Mapping[str, Any] | None = None
    method: str = "GET"
    host: str = "main"
    about: str | None = None  # the post the request is about: when that is gone the others go on

    def with_params(self, **changed: Any) -> Request:
        """The same call with other query parameters; None removes one."""
        merged = {k: v for k, v in {**self.params, **changed}.items() if v is not None}
        return replace(self, params=merged)

    def with_json(self, **changed: Any) -> Request:
        """The same call with other fields in its JSON body."""
        return replace(self, json={**(self.json or {}), **changed})

    @property
    def saved(self) -> dict[str, Any]:
        """What the page file says of the call: no credential is among it."""
        return {"path": self.path, **self.params, **(self.json or {}), **(self.form or {})}

    @property
    def identity(self) -> str:
        return f"{self.method} {self.host} {sorted(self.saved.items(), key=str)}"


@dataclass(frozen=True)
class Account:
    """One account of a connector as the operator configured it."""

    name: str
    secrets: Mapping[str, SecretStr]
    options: Mapping[str, str]
    start: date | None = None
    missing: tuple[str, ...] = ()  # names of credentials that are required and not given

    def secret(self, name: str) -> str:
        """The value, for the one place that sends it."""
        value = self.secrets.get(name)
        return value.get_secret_value() if value else ""


@dataclass(frozen=True)
class Call:
    """What an endpoint knows when it makes its requests."""

    account: Account
    window: Window
    today: date
    pulled: Callable[[str, str], list[Any]]  # (endpoint, path) -> values in the newest pages of another endpoint
    listed: Callable[[Request, Paging, str], list[Any]]  # -> values on all pages of a request that only steers others; not kept

    @property
    def start(self) -> str:
        return self.window.start.isoformat()

    @property
    def end(self) -> str:
        return self.window.end.isoformat()


def one_page(request: Request, body: Any) -> Request | None:
    """There is no further page."""
    return None


@dataclass(frozen=True)
class Endpoint:
    """One kind of page: ``<platform>.<name>`` in the page files, ``formats/api_<name>.yaml`` says what they hold."""

    name: str
    requests: Callable[[Call], Iterable[Request]]
    paging: Paging
    repull_days: int = 3  # a day is pulled again on each of this many days after it
    lag_days: int = 1  # yesterday is the newest day there is
    ready_hour: int = 0  # … from this hour of the platform's day on
    span_days: int = 1  # days one call may cover
    trailing: Sequence[int] = ()  # the platform offers only the last 7, 15, 30 … days
    snapshot: bool = False  # live figures without history: today is all there is
    earliest: date | None = None  # no figures before this day
    reach_days: int | None = None  # the platform gives no figures older than this
    after: str | None = None  # endpoint whose pages name what to ask for
    metrics_param: str | None = None  # comma-separated parameter from which a removed metric can be taken
    row_date: str | None = None  # path, within a row, of the day it is about: must lie in the window


@dataclass(frozen=True)
class Tokens:
    """What a login yielded. `extra` holds what else must be kept (an open_id, how often it was renewed)."""

    access: SecretStr
    refresh: SecretStr | None = None
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


Ask = Callable[[Request], Any]  # sends a request without a token and returns the body


@dataclass(frozen=True)
class Credential:
    """What the client adds to each call."""

    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Login:
    """How tokens are fetched and shown. Without `renew` the token is the configured ``access_token`` and a person renews it."""

    attach: Callable[[Account, Tokens], Credential]
    renew: Callable[[Ask, Account, Tokens | None, datetime], Tokens] | None = None


@dataclass(frozen=True)
class Connector:
    """One API of a platform. Off until an account has its credentials."""

    name: str
    platform: str
    hosts: Mapping[str, str]  # name to base address; "main" is the usual one
    credentials: Sequence[str]  # required, secret
    endpoints: Sequence[Endpoint]
    classify: Callable[[Answer], Verdict]
    login: Login
    options: Mapping[str, str] = field(default_factory=dict)  # settings that are no secrets, with their defaults; "" is required
    headers: Mapping[str, str] = field(default_factory=dict)

    def endpoint(self, name: str) -> Endpoint:
        return next(e for e in self.endpoints if e.name == name)

    def api(self, endpoint: Endpoint) -> str:
        """The name under which pages of an endpoint are kept and recognised."""
        return f"{self.platform}.{endpoint.name}"
