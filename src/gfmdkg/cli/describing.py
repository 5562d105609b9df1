"""A description of a resource on the terminal."""

from collections.abc import Iterable, Iterator

import click

from gfmdkg.cli.result_tables import write_table
from gfmdkg.namespaces import short_name
from gfmdkg.rdf.values import Resource
from gfmdkg.resources import Description
from gfmdkg.resources.model import Evidence, NodeValue, Property, ResourceValue, Value

__all__ = ["show_description"]


def show_description(description: Description) -> None:
    """Write it to standard output: facts, links to it, evidence, provenance, how to cite."""
    click.echo(f"{description.title}\n<{description.resource.iri}>")
    if description.deprecated:
        instead = ", ".join(map(_named, description.replaced_by))
        click.echo("Deprecated" + (f"; use instead: {instead}" if instead else ""))
    for group in description.groups:
        _section(group.title, ("property", "value"), _rows(group.properties))
    _section(
        "What points to it",
        ("how many", "is", "the first"),
        (
            (
                str(incoming.total),
                incoming.title,
                "; ".join(_named(item.other or item.resource) for item in incoming.items[:3]),
            )
            for incoming in description.incoming
        ),
    )
    shown, count = len(description.evidence.items), description.evidence.total
    more = f" (the first {shown} of {count} links)" if shown < count else ""
    _section(
        "Evidence" + more,
        ("where", "link", "words", "assertion", "confidence"),
        map(_evidence, description.evidence.items),
    )
    _section("Where it is from", ("graph", "statements"), _sources(description))
    click.echo(f"\nCite as: {description.citation.text}")


def _section(title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    found = list(rows)
    if found:
        click.echo(f"\n{title}")
        write_table(columns, found, "table")


def _rows(properties: Iterable[Property]) -> Iterator[tuple[str, str]]:
    for shown in properties:
        for value in shown.values:
            yield shown.title, _value(value)


def _value(value: Value) -> str:
    if isinstance(value, ResourceValue):
        return _named(value)
    if isinstance(value, NodeValue):
        return "; ".join(f"{title}: {text}" for title, text in _rows(value.properties))
    return value.text + (f" @{value.language}" if value.language not in (None, "en") else "")


def _named(resource: Resource) -> str:
    short = short_name(resource.iri)
    return f"{resource.label} <{short}>" if resource.label else f"<{short}>"


def _evidence(link: Evidence) -> tuple[str, ...]:
    far = link.passage if link.direction == "in" else link.target
    return (
        link.locator or short_name(link.passage.iri),
        _named(far),
        link.matched_text or "",
        link.assertion.text if link.assertion else "",
        "" if link.confidence is None else f"{link.confidence:g}",
    )


def _sources(description: Description) -> Iterator[tuple[str, str]]:
    for source in description.provenance.sources:
        yield source.file or short_name(source.graph), str(source.statements)
    touch = description.provenance.changed
    said = "last changed by" if touch.recorded else "unchanged since"
    yield f"{said} version {touch.version}: {touch.message}", ""
