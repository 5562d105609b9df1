"""What an error carries: resources to offer, faults of files, clashes of statements."""

from dataclasses import dataclass

__all__ = ["Candidate", "Clash", "Fault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A resource offered in place of one that was not found or not clear.

    ``score`` is a similarity from 0 to 100.
    """

    iri: str
    label: str
    score: float = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a file or with the graph; ``line`` and ``column`` count from 1.

    ``focus_node``, ``path`` and ``value`` are what a rule found wrong, as ``Finding`` has them.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    remedy: str | None = None
    focus_node: str | None = None
    path: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(p) for p in (self.file, self.line, self.column) if p is not None)
        text = f"{place}: {self.message}" if place else self.message
        return f"{text} ({self.remedy})" if self.remedy else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A statement (N-Quads, without the full stop) that cannot be applied as it was meant.

    ``version`` is the version that changed it since, where that is known.
    """

    statement: str
    reason: str
    version: int | None = None

    def __str__(self) -> str:
        since = f" since version {self.version}" if self.version is not None else ""
        return f"{self.reason}{since}: {self.statement} ."
