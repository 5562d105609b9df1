"""The view as a fragment of HTML, for the web page: a table with a row for each finding."""

from html import escape

from gfmdkg.validation.findings import Finding, Report

__all__ = ["to_html"]

_COLUMNS = ("Place", "Severity", "What is wrong", "What to do", "Rule")


def to_html(report: Report) -> str:
    """A ``section`` without scripts or styles; the classes say verdict and severity."""
    verdict = "conforms" if report.conforms else "does-not-conform"
    summary = f'<p class="validation-summary">{escape(report.summary())}</p>'
    if not report.findings:
        return f'<section class="validation {verdict}">{summary}</section>\n'
    head = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
    rows = "\n".join(_row(finding) for finding in report.findings)
    return (
        f'<section class="validation {verdict}">{summary}\n'
        '<table class="findings"><caption>Findings, by place</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></section>\n"
    )


def _row(finding: Finding) -> str:
    remedy = escape(finding.remedy or "")
    if finding.fix is not None:
        remedy += f" <em>Can be mended automatically: {escape(finding.fix.description)}.</em>"
    place = escape(finding.place)
    if finding.pointer is not None:
        place += f" <code>{escape(finding.pointer)}</code>"
    rule = escape(finding.code)
    if finding.shape is not None and finding.shape.startswith(("https://", "http://")):
        rule = f'<a href="{escape(finding.shape)}">{rule}</a>'
    return (
        f'<tr class="{finding.severity}"><th scope="row">{place}</th>'
        f"<td>{finding.severity}</td><td>{escape(finding.message)}</td>"
        f"<td>{remedy}</td><td>{rule}</td></tr>"
    )
