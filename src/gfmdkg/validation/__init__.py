"""Validation: positions in documents, SHACL shapes, checks, and one report of what is wrong.

rdflib and pyshacl are imported by this package alone, and only when something is validated.
"""

from gfmdkg.validation.findings import Finding, Mode, Report, Severity
from gfmdkg.validation.sources import SourceFile, validate_sources

__all__ = ["Finding", "Mode", "Report", "Severity", "SourceFile", "validate_sources"]
