"""Validation: positions in documents, SHACL shapes, checks, and one report of what is wrong.

``validate.validate`` is the way in. rdflib and pyshacl are imported by this package alone, and
only when something is validated.
"""

from gfmdkg.validation.findings import Finding, Mode, Report, Severity, SourceFile

__all__ = ["Finding", "Mode", "Report", "Severity", "SourceFile"]
