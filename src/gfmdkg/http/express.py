"""The express lane of a connection: a GET that can be answered at once, from bytes to bytes.

A client that keeps its connection open sends the same header lines again and again. What they
mean is known from the first time, when the ordinary way parsed them; then only the request
line is new. Where the front has the answer without waiting, it is written to the connection
straight away: no parser, no task, no messages in between. Everything else goes the ordinary
way, and so does whatever is not understood here, which is nearly everything that HTTP allows.
"""

import re
from typing import Any, Protocol, runtime_checkable

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from gfmdkg.http.cache import FinishedAnswer
from gfmdkg.http.connection import BoundedConnection
from gfmdkg.http.front import SOUGHT
from gfmdkg.http.request_head import HeadMemory, RequestHead

__all__ = ["ExpressConnection", "PromptApp"]

_LONGEST_TARGET_BYTES = 8192
# Two pieces are cheaper than one from here on.
_JOINED_BYTES = 64 * 1024
# A part of what a request line may be: no escapes or dots in the path, no fragment, nothing
# that a parser could see otherwise than we do.
_REQUEST_LINE = re.compile(
    rb"GET (/(?:[A-Za-z0-9_~.-]++/)*+[A-Za-z0-9_~.-]*+"
    rb"(?:\?[A-Za-z0-9_~.!$&'()*+,;=:@/?%-]*+)?+) HTTP/1\.1"
)


@runtime_checkable
class PromptApp(Protocol):
    """An application that can answer some requests without waiting."""

    heads: HeadMemory

    def answer_at_once(self, target: bytes, head: RequestHead) -> tuple[FinishedAnswer, str] | None:
        """The answer to a GET and the request's id; ``None`` leaves it to the ordinary way."""
        ...


class ExpressConnection(BoundedConnection):
    """A connection that has an express lane, where the application is a ``PromptApp``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        app = self.app
        # What the server adds on the ordinary way would be missing here.
        is_plain = not (
            self.config.access_log or self.root_path or self.limit_concurrency is not None
        )
        self._prompt = app if is_plain and isinstance(app, PromptApp) else None
        # Between two requests nothing of a further one has come.
        self._is_between = True
        self._is_sought = False
        self._answered_at = 0.0
        self._messages = 0

    # asyncio.Protocol

    def data_received(self, data: bytes) -> None:
        """Answer a whole and simple request at once, where that can be; else pass it on."""
        if self._prompt is None or not self._is_between or data[:4] != b"GET ":
            super().data_received(data)
            return
        line_end = data.find(b"\r\n")
        request_line, lines = data[:line_end], data[line_end + 2 :]
        head = self._prompt.heads.get(lines)
        if head is not None and self._answer(self._prompt, request_line, head):
            return
        messages = self._messages
        super().data_received(data)
        self._is_sought = False
        if head is None and self._is_between and self._messages == messages + 1:
            self._learn(self._prompt, request_line, lines)

    def _answer(self, prompt: PromptApp, request_line: bytes, head: RequestHead) -> bool:
        cycle = self.cycle
        if (
            len(request_line) > _LONGEST_TARGET_BYTES
            or (cycle is not None and not cycle.response_complete)
            or self.flow.write_paused
            or self.transport.is_closing()
        ):
            return False
        match = _REQUEST_LINE.fullmatch(request_line)
        if match is None:
            return False
        found = prompt.answer_at_once(match[1], head)
        if found is None:
            self._is_sought = True
            return False
        self._write(*found)
        self._rest()
        return True

    def _write(self, answer: FinishedAnswer, request_id: str) -> None:
        head = b"%b%b%bx-request-id: %b\r\n\r\n" % (
            STATUS_LINE[answer.status],
            b"".join([b"%b: %b\r\n" % pair for pair in self.server_state.default_headers]),
            answer.head,
            request_id.encode("ascii"),
        )
        if len(answer.body) <= _JOINED_BYTES:
            self.transport.write(head + answer.body)
        else:
            self.transport.writelines((head, answer.body))

    def _rest(self) -> None:
        """Count the request, and wait for the next as after any other."""
        self.server_state.total_requests += 1
        self._answered_at = self.loop.time()
        if self._timer is not None:  # the one that waited for the first request
            self._timer.cancel()
            self._timer = None
        if self.timeout_keep_alive_task is None and not self.transport.is_closing():
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, unless a request was answered here while the timer ran."""
        idle = self.loop.time() - self._answered_at
        if idle >= self.timeout_keep_alive:
            super().timeout_keep_alive_handler()
            return
        # To move the timer at each request would cost more than all else here.
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive - idle, self.timeout_keep_alive_handler
        )

    # Parser callbacks

    def on_message_begin(self) -> None:
        """A request's first byte."""
        self._is_between = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Mark a request for which the front has been asked already."""
        super().on_headers_complete()
        if self._is_sought:
            self.scope[SOUGHT] = True  # type: ignore[literal-required]

    def on_message_complete(self) -> None:
        """A request's last byte. After an upgrade the connection speaks something else."""
        self._is_between = not self.parser.should_upgrade()
        self._messages += 1
        super().on_message_complete()

    def _learn(self, prompt: PromptApp, request_line: bytes, lines: bytes) -> None:
        """Remember what the lines mean that the parser has just read as one whole request.

        The request line must be one of ours: in another, a lone line feed could hide headers
        that the parser counts among these.
        """
        if (
            self.cycle.keep_alive
            and lines.find(b"\r\n\r\n") == len(lines) - 4
            and _REQUEST_LINE.fullmatch(request_line)
        ):
            head = RequestHead.of(self.headers)
            if head.is_recurring:
                prompt.heads.learn(lines, head)
