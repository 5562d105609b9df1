"""The view as a table: a row for each finding."""

import csv
import io

from gfmdkg.validation.findings import JSON_FIELDS, Report

__all__ = ["to_csv"]

# A spreadsheet takes a cell that begins so for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(report: Report) -> str:
    """RFC 4180 with a header line; the columns are the members of a finding in JSON."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(JSON_FIELDS)
    for finding in report.findings:
        writer.writerow(_cell(getattr(finding, name)) for name in JSON_FIELDS)
    return output.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
