"""The constraint components of SHACL by the codes that findings have for them."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["COMPONENTS"]

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


COMPONENTS: Mapping[str, str] = MappingProxyType(
    {_code(name): f"{name}ConstraintComponent" for name in _NAMES}
)
"""Code to local name: ``min-count`` to ``MinCountConstraintComponent``."""
