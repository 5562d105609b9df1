"""One fault, one finding: what only follows from another finding is left out.

A value of the wrong type breaks the pattern beside it as well; a label without its tag is
also missing as the English one; a misspelt property is missing under its right name. Told of
each, a curator would look for two faults where there is one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gfmdkg.validation.findings import Finding

__all__ = ["collapse"]

_KIND = ("node-kind", "datatype", "class", "node", "or", "xone", "in")
_FORM = ("pattern", "min-length", "max-length", "language-in")
_RANGE = ("min-inclusive", "max-inclusive", "min-exclusive", "max-exclusive")
_MISSING = frozenset({"min-count", "qualified-min-count", "has-value"})
_ORDER = {code: rank for rank, code in enumerate((*_KIND, *_RANGE, *_FORM))}
_UNKNOWN = frozenset({"term-undefined", "property-unfamiliar"})


def collapse(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those that another one explains."""
    found = _one_a_value(list(findings))
    dangling = {(f.focus_node, f.path, f.value) for f in found if f.code == "reference-dangling"}
    untyped = {f.focus_node for f in found if f.code == "term-undefined" and f.is_about_class}
    badly_valued = {
        (f.focus_node, f.path) for f in found if f.value is not None and f.code in _ORDER
    }
    misnamed = {
        (f.focus_node, f.meant) for f in found if f.code in _UNKNOWN and f.meant is not None
    }
    same_name = {f.focus_node for f in found if f.code.endswith("-label-shared")}
    return [
        f
        for f in found
        if not (f.code in _KIND and (f.focus_node, f.path, f.value) in dangling)
        and not (f.code in _KIND and f.value in untyped)
        and not (f.code in _MISSING and (f.focus_node, f.path) in badly_valued)
        and not (f.code in _MISSING and (f.focus_node, f.path) in misnamed)
        and not (f.code == "property-on-other-class" and f.focus_node in untyped)
        and not (f.code == "near-duplicate" and f.focus_node in same_name)
    ]


def _one_a_value(findings: Sequence[Finding]) -> list[Finding]:
    """Of several value-related results about one value of a property, the most telling."""
    groups: dict[object, list[Finding]] = {}
    for position, finding in enumerate(findings):
        groups.setdefault(_group(finding, position), []).append(finding)
    return [_most_telling(group) for group in groups.values()]


def _group(finding: Finding, position: int) -> object:
    if finding.code not in _ORDER or finding.value is None:
        return (
            finding.focus_node,
            finding.path,
            finding.shape,
            finding.code,
            finding.value,
            finding.message,
            finding.remedy,
            finding.line,
            finding.column,
        )
    if finding.path is None and not finding.concerns_iri:
        return position
    return (finding.focus_node, finding.path, finding.value)


def _most_telling(group: Sequence[Finding]) -> Finding:
    first = min(group, key=lambda f: (_ORDER.get(f.code, 99), f.shape or ""))
    worst = min((f.severity for f in group), key=lambda severity: severity.rank)
    ranges = [f for f in group if f.code in _RANGE and f is not first]
    message = "; ".join(dict.fromkeys((first.message, *(f.message for f in ranges))))
    return replace(first, severity=worst, message=message)
