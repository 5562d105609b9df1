"""Writing over HTTP: who may, and what comes back."""

from starlette.types import Scope

from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.curation.writer import Writer, WriteRequest
from gfmdkg.curation.writing import Written
from gfmdkg.errors import Forbidden, Unauthorized
from gfmdkg.http.request import header
from gfmdkg.http.service import Service

__all__ = ["Writes"]


class Writes:
    """The tokens of the store and its writer; one for all endpoints of a front."""

    def __init__(self, service: Service) -> None:
        self.writer = Writer(service.settings, service.workers)
        self._tokens = TokenStore(service.settings.store)

    def authorize(self, scope: Scope, *, needed: Role = Role.REVIEWER) -> str:
        """The name of whoever may do what the role ``needed`` allows.

        Raises ``Unauthorized`` and ``Forbidden``.
        """
        given = header(scope, b"authorization")
        return self._tokens.authorize(given, needed=needed).name

    def allows(self, scope: Scope) -> bool:
        """Whether the request comes from somebody who may write."""
        if header(scope, b"authorization") is None:
            return False
        try:
            self.authorize(scope)
        except (Unauthorized, Forbidden):
            return False
        return True

    async def write(
        self, request: WriteRequest, *, what: str, who: str, limit_seconds: float | None = None
    ) -> Written:
        """Carry out what ``authorize`` allowed; raises what ``Writer.write`` raises."""
        return await self.writer.write(
            request, message=f"{what} by {who}", limit_seconds=limit_seconds
        )
