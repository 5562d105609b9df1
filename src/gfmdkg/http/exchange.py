"""One request on its way to an answer."""

from dataclasses import dataclass, field

from starlette.types import Receive, Scope, Send

from gfmdkg.http.cache import Key
from gfmdkg.http.request_log import EngineWork

__all__ = ["Exchange"]


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request on its way to an answer."""

    scope: Scope
    receive: Receive
    send: Send
    method: str
    request_id: str
    began: float
    is_gzip: bool
    key: Key | None
    if_none_match: bytes | None
    reads_cache: bool
    work: EngineWork = field(default_factory=EngineWork)

    @property
    def is_head(self) -> bool:
        """Whether only the head of the answer is asked for."""
        return self.method == "HEAD"
