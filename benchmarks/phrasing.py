"""One query written in many ways: names of variables and prefixes, case, white space.

Whoever answers from what a text looks like must not be faster for it. A template is a query
with well-known prefixes and tidy variables; `phrase` writes it as somebody else might have.
"""

import re
from collections.abc import Mapping
from random import Random

from gfmdkg.namespaces import BASE, PREFIXES

__all__ = ["phrase"]

_TOKEN = re.compile(
    r"""(?P<iri><[^<>\s]*>)
    | (?P<string>"[^"\\]*"(?:@[A-Za-z-]+|\^\^<[^<>\s]*>)?)
    | \?(?P<variable>[A-Za-z]\w*)
    | (?P<name>[a-z]+:[\w-]*)
    | (?P<word>[A-Za-z]+)
    | (?P<sign>\d+(?:\.\d+)? | [{}(),;] | [<>=!&|]+ | [./^*+-])""",
    re.VERBOSE,
)
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789_"
_LOCAL = re.compile(r"[A-Za-z0-9](?:[\w-]*[\w])?\Z")
_CASED = frozenset({"a", "true", "false"})
_NAMINGS = ("in full", "usual prefixes", "own prefixes", "base")
_SPACES = (" ", " ", "  ", "\n", "\n\t", "\r\n  ")


def phrase(template: str, random: Random) -> str:
    """The same query, written another way."""
    writer = _Writer(random)
    tokens = [writer.write(match) for match in _TOKEN.finditer(template)]
    return writer.prologue() + _join(tokens, random)


class _Writer:
    """Writes the tokens of one query; the names it chose are in its prologue."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._naming = random.choice(_NAMINGS)
        self._mark = random.choices("?$", weights=(19, 1))[0]
        self._case = random.choices((str.upper, str.lower, str.title), weights=(6, 3, 1))[0]
        self._declared: dict[str, str] = {}
        self._variables: dict[str, str] = {}

    def write(self, match: re.Match[str]) -> str:
        kind, text = match.lastgroup, match[0]
        match kind:
            case "variable":
                return self._mark + self._variable(text)
            case "name":
                prefix, _, local = text.partition(":")
                return self._iri(PREFIXES[prefix], local)
            case "iri":
                return self._split(text[1:-1])
            case "word" if text == "a" and self._random.random() < 0.3:
                return self._iri(PREFIXES["rdf"], "type")
            case "word" if text not in _CASED:
                return self._case(text)
        return text

    def prologue(self) -> str:
        lines = [f"PREFIX {name}: <{iri}>" for iri, name in self._declared.items()]
        self._random.shuffle(lines)
        if self._naming == "base":
            lines.insert(0, f"BASE <{BASE}>")
        end = self._random.choice(("\n", "\n", " "))
        return end.join([*lines, ""])

    def _iri(self, namespace: str, local: str) -> str:
        if self._naming == "in full":
            return f"<{namespace}{local}>"
        return f"{self._prefix(namespace)}:{local}"

    def _split(self, iri: str) -> str:
        if self._naming == "base" and iri.startswith(BASE):
            return f"<{iri.removeprefix(BASE)}>"
        head, slash, local = iri.rpartition("/")
        if self._naming == "own prefixes" and slash and _LOCAL.match(local):
            return f"{self._prefix(head + slash)}:{local}"
        return f"<{iri}>"

    def _prefix(self, namespace: str) -> str:
        if namespace not in self._declared:
            usual = _USUAL.get(namespace)
            own = self._naming == "own prefixes" or usual is None
            self._declared[namespace] = self._new(self._declared) if own else str(usual)
        return self._declared[namespace]

    def _variable(self, name: str) -> str:
        if name not in self._variables:
            self._variables[name] = self._new(self._variables)
        return self._variables[name]

    def _new(self, taken: Mapping[str, str]) -> str:
        while True:
            length = self._random.randrange(1, 11)
            rest = self._random.choices(_LETTERS + _DIGITS, k=length)
            name = self._random.choice(_LETTERS) + "".join(rest).rstrip("_")
            if name not in taken.values():
                return name


_USUAL = {namespace: prefix for prefix, namespace in PREFIXES.items()}


def _join(tokens: list[str], random: Random) -> str:
    match random.choice(("line", "tight", "lines", "odd", "remark")):
        case "tight":
            return re.sub(r" ?([{}(),;]) ?", r"\1", " ".join(tokens))
        case "lines":
            return re.sub(r" ([{.;]) ", r" \1\n  ", " ".join(tokens))
        case "odd":
            return "".join(token + random.choice(_SPACES) for token in tokens)
        case "remark":
            place = random.randrange(len(tokens))
            remark = f"# {random.choice(_REMARKS)}\n"
            return " ".join([*tokens[:place], remark, *tokens[place:]])
    return " ".join(tokens)


_REMARKS = ("what we need", "SELECT nothing { }", "see <http://example.org/#a>", "it's “this”", "")
