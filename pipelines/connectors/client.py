"""The one HTTP client: credentials, deadlines, retries for what is transient, and one new token per run.

A page costs at most six calls, whatever the server does.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential_jitter

from pipelines.connectors.model import Account, Connector, Credential, Request, Tokens
from pipelines.connectors.paging import Page
from pipelines.connectors.redaction import guard_logs, redacted
from pipelines.connectors.tokens import TokenStore
from pipelines.connectors.verdicts import (
    Answer,
    Denied,
    Fatal,
    Ok,
    QuotaUsed,
    Refused,
    TokenExpired,
    Transient,
    Unexplained,
    Verdict,
)

TRIES = 5
CALLS_PER_PAGE = 6
LONGEST_WAIT = 120.0  # seconds; a server that wants more is left alone until then
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """How long a call may take and how much it may bring. `whole` ends an answer that drips for ever."""

    connect: float = 10
    read: float = 60
    whole: float = 300
    max_bytes: int = 64_000_000


@dataclass(frozen=True)
class World:
    """What a client needs from outside: time, patience and the wire. Tests bring their own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    limits: Limits = Limits()
    transport: httpx.BaseTransport | None = None


def anything(body: Any) -> Verdict:
    """Every page will do."""
    return Ok()


class Api:
    """Calls to one connector for one account. Close it after use."""

    def __init__(self, connector: Connector, account: Account, store: TokenStore, world: World) -> None:
        guard_logs()
        self._connector, self._account, self._store, self._world = connector, account, store, world
        self._tokens: Tokens | None = None
        self._has_refreshed = False
        self._calls: Counter[str] = Counter()
        self._login_calls = 0
        self.skew_seconds = 0.0
        limits = world.limits
        self._client = httpx.Client(
            timeout=httpx.Timeout(limits.read, connect=limits.connect),
            headers={"User-Agent": "social-pulse", **connector.headers},
            follow_redirects=False,
            transport=world.transport,
            trust_env=not account.options.get("base_url"),
        )

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def call_count(self) -> int:
        """Calls so far, logging in included."""
        return sum(self._calls.values()) + self._login_calls

    def page(self, request: Request, check: Callable[[Any], Verdict] = anything) -> Page:
        """One page. Refused with the verdict when it cannot be had; `check` may call an answer transient after all."""
        waits = wait_exponential_jitter(initial=2, max=LONGEST_WAIT, jitter=2)

        def pause(state: RetryCallState) -> float:
            verdict = state.outcome.exception().verdict if state.outcome else None  # type: ignore[union-attr]
            return verdict.wait if isinstance(verdict, Transient) and verdict.wait is not None else waits(state)

        def is_enough(state: RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome else None
            unexplained = isinstance(error, Refused) and isinstance(error.verdict, Unexplained)
            return state.attempt_number >= (2 if unexplained else TRIES)

        retrying = Retrying(
            stop=is_enough,
            wait=pause,
            retry=retry_if_exception(lambda error: isinstance(error, Refused) and isinstance(error.verdict, Transient)),
            sleep=self._world.sleep,
            reraise=True,
        )
        return retrying(self._page_once, request, check)

    def ask(self, request: Request) -> Any:
        """The body of a call that needs no token: logging in. An expired token here means that a person must authorise."""
        self._login_calls += 1
        page = self._sent(request, Credential())
        if isinstance(page, TokenExpired | Denied):
            raise Refused(Denied(page.message))
        if isinstance(page, Verdict):
            raise Refused(page)
        return page.body

    def _page_once(self, request: Request, check: Callable[[Any], Verdict]) -> Page:
        result = self._with_token(request)
        if isinstance(result, TokenExpired):
            result = self._after_refresh(request, result)
        if isinstance(result, Verdict):
            raise Refused(self._patient(result))
        verdict = check(result.body)
        if not isinstance(verdict, Ok):
            raise Refused(verdict)
        return result

    def _with_token(self, request: Request) -> Page | Verdict:
        self._tokens = self._store.valid(self._world.now(), self._renew)
        self._calls[request.identity] += 1
        if self._calls[request.identity] > CALLS_PER_PAGE:
            return Fatal(f"{request.path}: no page after {CALLS_PER_PAGE} calls")
        return self._sent(request, self._connector.login.attach(self._account, self._tokens))

    def _after_refresh(self, request: Request, expired: TokenExpired) -> Page | Verdict:
        """The same call with a new token; a second rejection is final."""
        if self._has_refreshed or self._connector.login.renew is None:
            return Denied(expired.message)
        assert self._tokens is not None  # _with_token() has just set it
        self._store.replaced(self._tokens, self._renew)
        self._has_refreshed = True
        result = self._with_token(request)
        return Denied(result.message) if isinstance(result, TokenExpired) else result

    @property
    def _renew(self) -> Callable[[Tokens | None], Tokens] | None:
        renew = self._connector.login.renew
        if renew is None:
            return None
        return lambda current: renew(self.ask, self._account, current, self._world.now())

    def _patient(self, verdict: Verdict) -> Verdict:
        """A wait that is longer than we wait within a run stops the source until then."""
        if isinstance(verdict, Transient) and verdict.wait is not None and verdict.wait > LONGEST_WAIT:
            return QuotaUsed(verdict.message, self._world.now() + timedelta(seconds=verdict.wait))
        return verdict

    def _sent(self, request: Request, credential: Credential) -> Page | Verdict:
        """The page, or what the answer means instead. Nothing that leaves this function quotes an address or a header."""
        classify = self._connector.classify
        try:
            status, headers, raw = self._received(request, credential)
        except (httpx.TransportError, httpx.DecodingError) as error:
            return Transient(f"{request.path}: {type(error).__name__} ({redacted(str(error)) or 'no answer'})")
        except _Unwilling as refusal:
            return refusal.verdict
        received_at = self._world.now()
        self._compare_clocks(headers, received_at)
        try:
            text = raw.decode("utf-8")
            body = json.loads(text, parse_constant=_no_constant)
        except ValueError:
            kind = headers.get("content-type", "no type").split(";")[0]
            if status in (401, 403, 404, 429):
                return _named(request, classify(Answer(status, headers, {}, received_at)))
            said = f"{request.path}: HTTP {status} with {len(raw)} bytes of {kind} that are no JSON"
            return Transient(said) if status < 400 or status >= 500 else Fatal(said)
        verdict = classify(Answer(status, headers, body, received_at))
        return Page(request, text, body, received_at) if isinstance(verdict, Ok) else _named(request, verdict)

    def _received(self, request: Request, credential: Credential) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body. One redirect within the same host is followed, to another host none."""
        limits, deadline = self._world.limits, time.monotonic() + self._world.limits.whole
        url = self._address(request)
        for _ in range(2):
            outgoing = self._client.build_request(
                request.method,
                url,
                params={**request.params, **credential.params},
                json=request.json,
                data=dict(request.form) if request.form else None,
                headers=dict(credential.headers),
            )
            response = self._client.send(outgoing, stream=True)
            try:
                if response.has_redirect_location:
                    url = self._redirected(url, response.headers["location"])
                    continue
                raw = bytearray()
                for chunk in response.iter_bytes():
                    raw += chunk
                    if time.monotonic() > deadline:
                        raise _Unwilling(Transient(f"{request.path}: the answer took more than {limits.whole:g} s"))
                    if len(raw) > limits.max_bytes:
                        raise _Unwilling(Fatal(f"{request.path}: the answer is larger than {limits.max_bytes} bytes"))
                return response.status_code, {k.lower(): v for k, v in response.headers.items()}, bytes(raw)
            finally:
                response.close()
        raise _Unwilling(Fatal(f"{request.path}: redirected again and again"))

    def _address(self, request: Request) -> str:
        base = self._account.options.get("base_url") or self._connector.hosts[request.host]
        url = base.rstrip("/") + "/" + request.path.lstrip("/")
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise _Unwilling(Fatal(f"{base} is no https address; credentials are sent over https only"))
        return url

    def _redirected(self, url: str, location: str) -> str:
        target = urljoin(url, location)
        if urlsplit(target)[:2] != urlsplit(url)[:2]:
            raise _Unwilling(Fatal(f"the server redirects to another host ({urlsplit(target).hostname}); not followed"))
        return target.split("?")[0]  # the parameters are added again

    def _compare_clocks(self, headers: Mapping[str, str], received_at: datetime) -> None:
        with suppress(KeyError, ValueError, TypeError):  # a server that does not tell its time
            self.skew_seconds = (received_at - parsedate_to_datetime(headers["date"])).total_seconds()


class _Unwilling(Exception):
    """The client does not go on with a call."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.message)
        self.verdict = verdict


def _named(request: Request, verdict: Verdict) -> Verdict:
    """The verdict with the path in front and without secrets that the server may have quoted."""
    return replace(verdict, message=redacted(f"{request.path}: {verdict.message}"))


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON")
