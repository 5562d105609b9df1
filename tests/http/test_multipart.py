"""Bodies of several files: what is read of them, what is refused, and at what cost."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from gfmdkg.errors import RequestError
from gfmdkg.http.multipart import MULTIPART, BodyPart, read_parts
from gfmdkg.http.request import ContentType

_HEAD = b"--b\r\nContent-Type: text/turtle\r\n\r\n"
_END = b"\r\n--b--\r\n"


def read(body: bytes, *, boundary: str | None = "b", most: int = 3) -> list[BodyPart]:
    return read_parts(body, ContentType(media_type=MULTIPART, boundary=boundary), most=most)


def test_parts_have_their_type_the_name_of_their_file_and_their_bytes() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="a"; filename="caf\xc3\xa9; 1.ttl"\r\n'
        b"content-type: Text/Turtle; charset=utf-8\r\n\r\nx\r\n--a\r\n"
        b"\r\n--b \r\n\r\n\r\n--b--\r\nafterwards"
    )
    first, second = read(body)
    assert first.filename == "café; 1.ttl"
    assert (first.content_type, first.media_type) == ("Text/Turtle; charset=utf-8", "text/turtle")
    assert first.body == b"x\r\n--a\r\n"
    assert (second.content_type, second.media_type, second.filename, second.body) == (
        "", "", None, b"",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "does not end"),
        (_HEAD + b"x", "does not end"),
        (_HEAD + b"x\r\n--b\r\nContent-Type: text/turtle" + _END, "cannot be read"),
        (b"--c\r\n\r\nx\r\n--c--", "cannot be read"),
        (b"--b--\r\n", "no parts"),
        (_HEAD + b"x" + 3 * (b"\r\n" + _HEAD + b"x") + _END, "more than 3 parts"),
        (b"--b\r\nA: " + b"x" * 5_000 + b"\r\n\r\nx" + _END, "header size"),
        (b"--b\r\n" + b"A: x\r\n" * 9 + b"\r\nx" + _END, "header count"),
        (_HEAD + b"x\r\n--b" + b" " * 200 + b"\r\n\r\nx" + _END, "white space"),
    ],
)
def test_a_body_that_is_not_well_formed_or_too_much_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        read(body)


@pytest.mark.parametrize("boundary", [None, "", "b" * 300])
def test_a_boundary_is_needed_and_has_a_length(boundary: str | None) -> None:
    with pytest.raises(RequestError, match=r"[Bb]oundary"):
        read(_HEAD + b"x" + _END, boundary=boundary)


@pytest.mark.parametrize(
    "hostile",
    [
        lambda size: _HEAD + b"\r\n--bX" * (size // 6) + _END,
        lambda size: _HEAD + b"\r\n--b-X" * (size // 7) + _END,
        lambda size: _HEAD + b"\r\n-" * (size // 3) + _END,
        lambda size: _HEAD + b"\r" * size + _END,
        lambda size: _HEAD + b"x\r\n--b" + b" " * size + _END,
        lambda size: b"\r\n" * (size // 2) + _HEAD + _END,
        lambda size: b"--b\r\n" + b"a" * size + _END,
        lambda size: b"--b\r\na:" + b" " * size + _END,
        lambda size: b"--b\r\n\r\n" * (size // 7) + _END,
        lambda size: b"--b\r\nContent-Disposition: " + b'a";' * 1_300 + b"\r\n\r\n" + b"x" * size,
    ],
)
def test_hostile_bodies_cost_no_more_than_their_size(hostile: Callable[[int], bytes]) -> None:
    body = hostile(4_000_000)
    start = time.thread_time()
    with suppress(RequestError):
        read(body, most=200)
    assert time.thread_time() - start < 0.3
