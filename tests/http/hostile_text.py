"""Text that makes a pattern work as hard as it can, made from the pattern itself.

A backtracking matcher is slow where one text can be read in many ways and in the end fails.
The text here is what a repetition of the pattern takes, many times over, between what leads to
the repetition and something that cannot follow it.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from typing import Any

__all__ = ["hostile_texts"]

# Private to the library, which has no other way to take a pattern apart.
parser: Any = import_module("re._parser")
sre: Any = import_module("re._constants")
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_CATEGORIES = {
    sre.CATEGORY_DIGIT: "1",
    sre.CATEGORY_SPACE: " \n",
    sre.CATEGORY_WORD: "a1_é",
    sre.CATEGORY_NOT_SPACE: 'a"',
    sre.CATEGORY_NOT_WORD: " -",
    sre.CATEGORY_NOT_DIGIT: "a ",
}
_ANYTHING = "a1_ \n\"'<>-.:;,&!\\/#@é"
_ENDS = ("", "\0", "\n!")
_MOST_PUMPS = 24


def hostile_texts(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """Beginning, middle and end of texts for a pattern; the middle is to be repeated."""
    source, flags = pattern.pattern, pattern.flags
    if isinstance(source, bytes):
        source = source.decode("latin-1")
        flags |= re.ASCII
    tree = list(parser.parse(source, flags))
    whole = _shortest(tree)
    seen: dict[tuple[str, str], None] = {}
    for lead, body in _repetitions(tree, ""):
        pumps = dict.fromkeys([*_choices(body), *_repeatable(body)])
        for pump in islice(pumps, _MOST_PUMPS):
            for pair in ((lead, pump), ("", lead + pump), ("", pump)):
                seen[pair] = None
    for character in _alphabet(tree):
        seen["", character] = None
        seen["", whole + character] = None
        seen["", character + whole] = None
    seen["", whole] = None
    for lead, pump in seen:
        if pump:
            for end in _ENDS:
                yield lead, pump, end


def _children(op: Any, argument: Any) -> list[list[Any]]:
    """The parts of a node of the tree, each of them a sequence of nodes."""
    if op in _REPEATS:
        return [list(argument[2])]
    if op is sre.SUBPATTERN:
        return [list(argument[3])]
    if op is sre.ATOMIC_GROUP:
        return [list(argument)]
    if op is sre.BRANCH:
        return [list(branch) for branch in argument[1]]
    if op is sre.ASSERT:
        return [list(argument[1])] if argument[0] > 0 else []
    if op is sre.GROUPREF_EXISTS:
        return [list(part) for part in argument[1:] if part]
    return []


def _repetitions(tree: list[Any], lead: str) -> Iterator[tuple[str, list[Any]]]:
    """What each open repetition repeats, with a text that leads to it."""
    for op, argument in tree:
        for child in _children(op, argument):
            if op in _REPEATS and argument[1] > 100:
                yield lead, child
            yield from _repetitions(child, lead)
        lead += _shortest([(op, argument)])


def _repeatable(tree: list[Any]) -> Iterator[str]:
    """The single characters that something in a repetition takes."""
    for op, argument in tree:
        for child in _children(op, argument):
            yield from _repeatable(child)
        yield from _characters(op, argument)


def _alphabet(tree: list[Any]) -> list[str]:
    return list(dict.fromkeys(_repeatable(tree)))[:_MOST_PUMPS]


def _choices(tree: list[Any]) -> list[str]:
    """Short texts that a sequence takes, of which each shows one of its ways."""
    found = [_shortest(tree)]
    for number, (op, argument) in enumerate(tree):
        before, after = _shortest(tree[:number]), _shortest(tree[number + 1 :])
        ways = list(_characters(op, argument))
        for child in _children(op, argument):
            ways += _choices(child)
            if op in _REPEATS:
                ways += [way * 2 for way in _choices(child)]
        found += [before + way + after for way in ways]
    return list(dict.fromkeys(found))


def _shortest(tree: list[Any]) -> str:
    text = ""
    for op, argument in tree:
        if op in _REPEATS:
            text += _shortest(list(argument[2])) * argument[0]
        elif op is sre.BRANCH:
            text += min((_shortest(list(branch)) for branch in argument[1]), key=len)
        elif op is sre.ASSERT:
            continue
        elif children := _children(op, argument):
            text += _shortest(children[0])
        else:
            text += next(iter(_characters(op, argument)), "")
    return text


def _characters(op: Any, argument: Any) -> Iterator[str]:
    """Characters that a node takes which takes one."""
    if op is sre.LITERAL:
        yield chr(argument)
    elif op is sre.NOT_LITERAL:
        yield from (c for c in _ANYTHING if ord(c) != argument)
    elif op is sre.ANY:
        yield from _ANYTHING
    elif op is sre.IN:
        yield from _members(argument)


def _members(items: list[Any]) -> Iterator[str]:
    found = ""
    for op, argument in items:
        if op is sre.LITERAL:
            found += chr(argument)
        elif op is sre.RANGE:
            found += chr(argument[0])
        elif op is sre.CATEGORY:
            found += _CATEGORIES.get(argument, "a")
    if items[0][0] is sre.NEGATE:
        taken = re.compile("[^" + "".join(f"\\U{ord(c):08x}" for c in found) + "]")
        yield from (c for c in _ANYTHING if taken.match(c))
    else:
        yield from dict.fromkeys(found)
