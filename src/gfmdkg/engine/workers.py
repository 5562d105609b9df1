"""The pool of Python processes: work that holds the interpreter and cannot be interrupted.

A role is one kind of such work, with processes of its own, which are started when they are first
needed and killed at their limits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gfmdkg.engine.supervisor import Admission, Supervisor
from gfmdkg.engine.worker_process import ProcessSpec, ReceivedReply, WorkerProcess

__all__ = ["Role", "Workers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A module with ``create_handler(options)``, and how many may ask it.

    ``places`` requests are at work at a time, ``queue`` wait for at most ``wait_seconds``;
    ``cause`` is what those are told who are turned away.
    """

    module: str
    cause: str
    options: Mapping[str, Any] = field(default_factory=dict)
    places: int = 1
    queue: int
    wait_seconds: float


class Workers:
    """Processes by the names of their roles; the one used last is asked first."""

    def __init__(self, roles: Mapping[str, Role], *, memory_limit_bytes: int) -> None:
        self._roles, self._memory_limit_bytes = roles, memory_limit_bytes
        self._admissions = {
            name: Admission(
                places=role.places,
                queue=role.queue,
                wait_seconds=role.wait_seconds,
                cause=role.cause,
            )
            for name, role in roles.items()
        }
        self._processes = Supervisor(self._start, bound=sum(r.places for r in roles.values()))

    async def request(
        self, role: str, head: bytes, body: bytes = b"", *, limit_seconds: float
    ) -> ReceivedReply:
        """Ask a process of this role. Cancelling kills it.

        Raises what the role raises, ``QueryTimeout`` when it was stopped at its limit, ``Busy``
        where too many wait or wait too long, and ``EngineFailure`` when it died.
        """
        admission = self._admissions[role]
        await admission.enter()
        try:
            process = await self._processes.take(role)
            try:
                return await process.request(head, body, limit_seconds=limit_seconds)
            finally:
                self._processes.give_back(process)
                if not process.is_usable:
                    await process.wait()  # its locks are gone with it
        finally:
            admission.leave()

    def living(self, role: str) -> tuple[WorkerProcess, ...]:
        """The processes of a role."""
        return self._processes.living_with(role)

    async def close(self, *, limit_seconds: float) -> None:
        """Let what runs finish within the limit, and end all processes."""
        for admission in self._admissions.values():
            await admission.close(limit_seconds=limit_seconds)
        await self._processes.close()

    async def _start(self, role: str) -> WorkerProcess:
        spec = ProcessSpec(
            module=self._roles[role].module,
            memory_limit_bytes=self._memory_limit_bytes,
            options=self._roles[role].options,
        )
        return await WorkerProcess.start(spec, on_lost=self._processes.lose)
