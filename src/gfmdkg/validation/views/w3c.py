"""The view as the validation report of the SHACL recommendation, in Turtle."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pyoxigraph as ox

from gfmdkg.namespaces import GFMDSH, SH
from gfmdkg.validation.findings import Finding, Report

__all__ = ["to_turtle"]

# The constraint components by the codes that findings have for them.
_NAMES = (
    "And",
    "Class",
    "Closed",
    "Datatype",
    "Disjoint",
    "Equals",
    "HasValue",
    "In",
    "LanguageIn",
    "LessThan",
    "LessThanOrEquals",
    "MaxCount",
    "MaxExclusive",
    "MaxInclusive",
    "MaxLength",
    "MinCount",
    "MinExclusive",
    "MinInclusive",
    "MinLength",
    "Node",
    "NodeKind",
    "Not",
    "Or",
    "Pattern",
    "Property",
    "QualifiedMaxCount",
    "QualifiedMinCount",
    "SPARQL",
    "UniqueLang",
    "Xone",
)


def _code(name: str) -> str:
    if name == "SPARQL":
        return "sparql"
    kebab = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
    return kebab.removeprefix("-")


_COMPONENTS: Mapping[str, str] = MappingProxyType(
    {_code(name): f"{name}ConstraintComponent" for name in _NAMES}
)


def to_turtle(report: Report) -> str:
    """A ``sh:ValidationReport``; what is no SHACL constraint has a component of gfmdsh:."""
    verdict = str(not report.findings).lower()
    results = " ,\n".join(_result(finding) for finding in report.findings)
    return (
        f"@prefix gfmdsh: <{GFMDSH}> .\n@prefix sh: <{SH}> .\n\n"
        f"[] a sh:ValidationReport ;\n    sh:conforms {verdict}"
        + (f" ;\n    sh:result\n{results}" if results else "")
        + " .\n"
    )


def _result(finding: Finding) -> str:
    lines = " ;\n".join(f"            {line}" for line in _properties(finding))
    return f"        [ a sh:ValidationResult ;\n{lines} ]"


def _properties(finding: Finding) -> Iterator[str]:
    terms = finding.terms
    severity = str(finding.severity).capitalize()
    yield f"sh:resultSeverity sh:{severity}"
    component = _COMPONENTS.get(finding.code)
    if component is not None:
        yield f"sh:sourceConstraintComponent <{SH}{component}>"
    else:
        yield f"sh:sourceConstraintComponent gfmdsh:{finding.code}"
    if terms is not None:
        yield f"sh:focusNode {terms.focus}"
        if terms.path is not None:
            yield f"sh:resultPath {terms.path}"
        if terms.value is not None:
            yield f"sh:value {terms.value}"
    elif finding.focus_node is not None and ":" in finding.focus_node:
        yield f"sh:focusNode {_node(finding.focus_node)}"
    else:
        # A fault of syntax has no node; the recommendation wants one.
        yield f"sh:focusNode {_literal(finding.place)}"
    if finding.shape is not None and finding.shape.startswith(("http://", "https://")):
        yield f"sh:sourceShape {ox.NamedNode(finding.shape)}"
    yield f"sh:resultMessage {_literal(finding.message, 'en')}"
    if finding.remedy:
        yield f"gfmdsh:remedy {_literal(finding.remedy, 'en')}"
    if finding.file is not None:
        yield f"gfmdsh:place {_literal(finding.place)}"


def _node(text: str) -> str:
    return "[]" if text.startswith("_:") else str(ox.NamedNode(text))


def _literal(text: str, language: str | None = None) -> str:
    return str(ox.Literal(text, language=language))
