"""Writing over HTTP: who may, and what comes back."""

from starlette.types import Scope

from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.curation.worker import ReviewStep, Write, ask
from gfmdkg.curation.writing import Change, Written
from gfmdkg.errors import Forbidden, Unauthorized
from gfmdkg.http.request import header
from gfmdkg.http.service import Service

__all__ = ["Writer"]


class Writer:
    """The tokens of the store and its writer; one for all endpoints of a server process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._tokens = TokenStore(service.settings.store)

    def authorize(self, scope: Scope, *, needed: Role = Role.REVIEWER) -> str:
        """The name of whoever may do what the role ``needed`` allows.

        Raises ``Unauthorized`` and ``Forbidden``.
        """
        given = header(scope, b"authorization")
        return self._tokens.authorize(given, needed=needed).name

    def allows(self, scope: Scope) -> bool:
        """Whether the request comes from somebody who may write."""
        try:
            self.authorize(scope)
        except (Unauthorized, Forbidden):
            return False
        return True

    async def write(
        self, change: Change, *, what: str, who: str, limit_seconds: float | None = None
    ) -> Written:
        """Publish what ``authorize`` allowed as a version; raises what ``ask`` raises."""
        work = Write(change=change, message=f"{what} by {who}")
        longest = self._service.settings.update_timeout_seconds
        limit = min(limit_seconds or longest, longest)
        reply = await ask(self._service.workers, work, limit_seconds=limit)
        version = self._service.versions.get(reply.head["number"])
        return Written(version=version, created=reply.head["created"])

    async def review(self, step: ReviewStep) -> int:
        """Take a step of a review; the number of the change set, or of the version it makes."""
        limit = self._service.settings.update_timeout_seconds
        reply = await ask(self._service.workers, step, limit_seconds=limit)
        return int(reply.head["number"])
