"""A program on the client that openapi-python-client generates as the package ``gfmdkg_client``."""

import json
import sys
from io import BytesIO

from gfmdkg_client import Client
from gfmdkg_client.api.canned_queries import queries_recommendations_citing
from gfmdkg_client.api.lists import recommendations
from gfmdkg_client.api.resources import read_resource
from gfmdkg_client.api.search import search_text, suggest_names
from gfmdkg_client.api.validation import validate
from gfmdkg_client.models import (
    Description,
    Documents,
    LiteralValue,
    NotFoundProblem,
    RecommendationPage,
    RecommendationsCitingPage,
    RecommendationsFacetsItem,
    SearchPage,
    Suggestions,
    ValidationReport,
)
from gfmdkg_client.types import File

TURTLE = b"""
    @prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    <https://w3id.org/gfmdkg/id/instrument/pact> a gfmd:Instrument ; skos:prefLabel "Pact"@en .
"""

client = Client(base_url=sys.argv[1])

# A canned query: typed cells, of which those that are never empty are never null.
citing = queries_recommendations_citing.sync(client=client, instrument=["CMW"], kind=["political"])
assert isinstance(citing, RecommendationsCitingPage)
cited: list[str] = [row.instrument.iri for row in citing.items]
words: list[str | None] = [row.matched_text for row in citing.items]

# A list with a filter and a facet: one page, the total, the counts.
listed = recommendations.sync(
    client=client, kind=["political"], facets=[RecommendationsFacetsItem.TOPICS], per_page=3
)
assert isinstance(listed, RecommendationPage)
titles: list[str | None] = [row.recommendation.label for row in listed.items]
assert listed.facets
counts: list[int] = [value.count for value in listed.facets["topics"].values]

# Full text and completion.
found = search_text.sync(client=client, q="detention")
assert isinstance(found, SearchPage)
completed = suggest_names.sync(client=client, q="mig")
assert isinstance(completed, Suggestions)

# One resource: the kind of a value tells its members.
described = read_resource.sync(client=client, iri="ICRMW")
assert isinstance(described, Description)
adopted = [
    str(value.value)
    for group in described.groups
    for each in group.properties
    if each.title == "adoption date"
    for value in each.values
    if isinstance(value, LiteralValue)
]

# A document is validated: of the ways to send one, this client has that of a form.
documents = Documents()
documents["pact"] = File(payload=BytesIO(TURTLE), file_name="pact.ttl", mime_type="text/turtle")
report = validate.sync(client=client, body=documents)
assert isinstance(report, ValidationReport)

# A problem: its type tells its members.
missing = read_resource.sync(client=client, iri="CMV")
assert isinstance(missing, NotFoundProblem)

print(
    json.dumps(
        {
            "cited": cited,
            "words": words,
            "total": listed.total,
            "titles": titles,
            "counts": counts,
            "found": found.items[0].resource.label,
            "first": completed.items[0].resource.label,
            "adopted": adopted,
            "conforms": report.conforms,
            "codes": [finding.code for finding in report.findings],
            "status": missing.status,
            "nearest": [candidate.label for candidate in missing.candidates],
        }
    )
)
