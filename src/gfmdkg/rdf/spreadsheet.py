"""Texts as spreadsheets hold them: what would run as a formula, and what XML cannot hold."""

import re

__all__ = ["decode_text", "encode_text", "guard_text", "unguard_text"]

# A cell that begins so is a formula to a spreadsheet, whatever its quotes. One apostrophe in
# front makes it text; in front of apostrophes too, so that it can be taken away again.
_RISKY = re.compile(r"'*[=+\-@\t\r]")
# ECMA-376 part 1, 22.9.2.19 (ST_Xstring): characters that XML cannot hold, as _xHHHH_.
_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TO_ENCODE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def guard_text(text: str) -> str:
    """Text as CSV holds it, so that no spreadsheet runs it."""
    return f"'{text}" if _RISKY.match(text) else text


def unguard_text(text: str) -> str:
    """The text that CSV holds so."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text


def encode_text(text: str) -> str:
    r"""Text as a workbook holds it.

    >>> encode_text("a\rb_x0041_")
    'a_x000D_b_x005F_x0041_'
    """
    return _TO_ENCODE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def decode_text(text: str) -> str:
    r"""The text that a workbook holds so.

    >>> decode_text("a_x000D_b_x005F_x0041_")
    'a\rb_x0041_'
    """
    return _ENCODED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
