"""Tokens that allow writing. Only their hashes are stored, and none is ever logged.

A token is 256 random bits, so one round of SHA-256 is enough: there is nothing to guess
that a slow hash would slow down.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hmac import compare_digest
from pathlib import Path

from gfmdkg.errors import Fault, Forbidden, NotFound, StoreError, Unauthorized
from gfmdkg.store.files import locked, replace_durably

__all__ = ["AccessToken", "Role", "TokenStore"]

_PREFIX = "gfmdkg_"
_WAIT_SECONDS = 60


class Role(StrEnum):
    """What a token allows; a reviewer may do all that a submitter may."""

    SUBMITTER = "submitter"
    REVIEWER = "reviewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What is known of a token: never the token itself. ``name`` says whose it is."""

    id: str
    name: str
    role: Role
    digest: str
    created: str
    revoked: str | None = None


class TokenStore:
    """The tokens of one store, in the file ``tokens.json`` that only its owner can read."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._file = root / "tokens.json"

    def create(self, *, name: str, role: Role) -> tuple[str, AccessToken]:
        """A new token, which is shown this once, and its record."""
        secret = _PREFIX + secrets.token_urlsafe(32)
        token = AccessToken(
            id=secrets.token_hex(4), name=name, role=role, digest=_digest(secret), created=_now()
        )
        with self._changing() as tokens:
            tokens[token.id] = token
        return secret, token

    def revoke(self, token_id: str) -> AccessToken:
        """Make a token worthless from now on. Raises ``NotFound``."""
        with self._changing() as tokens:
            if token_id not in tokens:
                raise NotFound("token", token_id)
            token = tokens[token_id]
            tokens[token_id] = replace(token, revoked=token.revoked or _now())
            return tokens[token_id]

    def all(self) -> tuple[AccessToken, ...]:
        """All tokens ever made, oldest first."""
        return tuple(sorted(self._read().values(), key=lambda token: token.created))

    def authorize(self, header: str | None, *, needed: Role) -> AccessToken:
        """The token of an ``Authorization`` header, if it allows what ``needed`` allows.

        Raises ``Unauthorized`` for a header that is missing, malformed, unknown or revoked,
        and ``Forbidden`` for a role that is not enough.
        """
        scheme, _, secret = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise Unauthorized("this needs a token: Authorization: Bearer …")
        digest = _digest(secret.strip())
        for token in self._read().values():
            if compare_digest(token.digest, digest) and token.revoked is None:
                if token.role in (needed, Role.REVIEWER):
                    return token
                raise Forbidden(f"this needs the role {needed}; the token has {token.role}")
        raise Unauthorized("the token is not known here, or was revoked")

    def _read(self) -> Mapping[str, AccessToken]:
        try:
            records = json.loads(self._file.read_bytes())
            return {r["id"]: AccessToken(**{**r, "role": Role(r["role"])}) for r in records}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError) as error:
            fault = Fault(message=str(error), file=str(self._file))
            raise StoreError("the file of tokens is damaged", [fault]) from error

    @contextmanager
    def _changing(self) -> Iterator[dict[str, AccessToken]]:
        self._root.mkdir(parents=True, exist_ok=True)
        lock = self._root / "tokens.lock"
        with locked(lock, wait_seconds=_WAIT_SECONDS, refusal="somebody else changed tokens"):
            tokens = dict(self._read())
            yield tokens
            text = json.dumps([asdict(token) for token in tokens.values()], indent=2)
            replace_durably(self._file, text, mode=0o600)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
