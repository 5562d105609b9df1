"""What shapes find wrong: place, words, severity; and that nothing leaves the machine."""

import pytest
from rdflib import Graph
from tests.listener import Listener
from tests.validation.shape_reports import report_on

from gfmdkg.errors import OntologyError
from gfmdkg.validation.documents import read_document
from gfmdkg.validation.findings import Finding, Report, Severity

BASE = "https://example.org/"
PREFIXES = f"""@prefix : <{BASE}> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
NAMES = """:kind rdfs:label "kind"@en . :other rdfs:label "other"@en .
:State rdfs:label "state"@en . :red skos:prefLabel "Rouge"@fr , "Red"@en .
:thing skos:prefLabel "The thing"@en .
"""


def validate(shape: str, data: str) -> Report:
    """Validate data, whose first line counts as line 2, by a shape on :thing."""
    shapes = read_document(PREFIXES + shape, base_iri=BASE).graph
    prefixed = PREFIXES.replace("\n", " ") + "\n" + data
    document = read_document(prefixed, base_iri=BASE, file="data/x.ttl")
    graph = Graph() + document.graph + read_document(PREFIXES + NAMES, base_iri=BASE).graph
    return report_on(graph, shapes, documents=[document])


def find(constraint: str, data: str) -> Finding:
    report = validate(
        f":S sh:targetNode :thing ; sh:property :P . :P sh:path :kind ; {constraint} .",
        data,
    )
    (finding,) = report.findings
    assert finding.file == "data/x.ttl"
    return finding


THING = "“The thing”"
KIND = f"kind ({BASE}kind)"
OTHER = f"other ({BASE}other)"


@pytest.mark.parametrize(
    ("constraint", "data", "place", "code", "message"),
    [
        ("sh:minCount 1", ":thing a :T .", (2, 1), "min-count", f"{THING} has no {KIND}"),
        (
            "sh:minCount 3",
            ":thing :kind 1 , 2 .",
            (2, 14),
            "min-count",
            f"{THING} has 2 of {KIND}, fewer than 3",
        ),
        (
            "sh:maxCount 1",
            ":thing :kind 1 ,\n 2 .",
            (3, 2),
            "max-count",
            f"{THING} has 2 values of {KIND}, more than 1",
        ),
        ("sh:maxCount 0", ":thing :kind 1 .", (2, 14), "max-count", "which is not allowed"),
        (
            "sh:class :State",
            ":thing :kind :red .",
            (2, 14),
            "class",
            f"“Red”, {KIND} of {THING}, is not of class state",
        ),
        (
            "sh:datatype xsd:date",
            ':thing :kind "2017-04-06" .',
            (2, 14),
            "datatype",
            "is of type xsd:string, where xsd:date is expected",
        ),
        (
            "sh:datatype xsd:date",
            ':thing :kind "28 March"^^xsd:date .',
            (2, 14),
            "datatype",
            "is not well-formed as xsd:date",
        ),
        (
            "sh:datatype xsd:boolean",
            ':thing :kind "none"^^xsd:boolean .',
            (2, 14),
            "datatype",
            "is not well-formed as xsd:boolean",
        ),
        (
            "sh:datatype rdf:langString",
            ':thing :kind "x" .',
            (2, 14),
            "datatype",
            "no language tag",
        ),
        ("sh:datatype xsd:date", ":thing :kind :red .", (2, 14), "datatype", "not a literal"),
        ("sh:nodeKind sh:IRI", ":thing :kind 1 .", (2, 14), "node-kind", "is not an IRI"),
        ("sh:nodeKind sh:Literal", ":thing :kind [] .", (2, 14), "node-kind", "an unnamed node, "),
        ("sh:pattern '^a+$'", ":thing :kind 'b' .", (2, 14), "pattern", "the form ^a+$"),
        (
            "sh:minLength 3",
            ":thing :kind 'b' .",
            (2, 14),
            "min-length",
            "not at least 3 characters long",
        ),
        (
            "sh:maxLength 3",
            ":thing :kind 'bbbb' .",
            (2, 14),
            "max-length",
            "not at most 3 characters long",
        ),
        ("sh:minInclusive 3", ":thing :kind 2 .", (2, 14), "min-inclusive", "not at least 3"),
        ("sh:maxInclusive 3", ":thing :kind 4 .", (2, 14), "max-inclusive", "not at most 3"),
        ("sh:minExclusive 3", ":thing :kind 3 .", (2, 14), "min-exclusive", "not more than 3"),
        ("sh:maxExclusive 3", ":thing :kind 3 .", (2, 14), "max-exclusive", "not less than 3"),
        (
            "sh:languageIn ( 'en' 'fr' )",
            ":thing :kind 'x'@de .",
            (2, 14),
            "language-in",
            "is not tagged en or fr",
        ),
        (
            "sh:uniqueLang true",
            ":thing :kind 'x'@en , 'y'@fr ,\n 'z'@en .",
            (3, 2),
            "unique-lang",
            f"{THING} has more than one {KIND} in one language",
        ),
        ("sh:in ( :red 1 )", ":thing :kind 2 .", (2, 14), "in", 'is not “Red” or "1"'),
        (
            "sh:hasValue :red",
            ":thing :kind 2 .",
            (2, 14),
            "has-value",
            f"{KIND} of {THING} is not “Red”",
        ),
        ("sh:equals :other", ":thing :kind 2 .", (2, 14), "equals", "differs from other"),
        (
            "sh:disjoint :other",
            ":thing :kind 2 ; :other 2 .",
            (2, 14),
            "disjoint",
            "is also its other",
        ),
        (
            "sh:lessThan :other",
            ":thing :kind 2 ; :other 2 .",
            (2, 14),
            "less-than",
            "is not before other",
        ),
        (
            "sh:lessThanOrEquals :other",
            ":thing :kind 3 ; :other 2 .",
            (2, 14),
            "less-than-or-equals",
            "is after other",
        ),
        (
            "sh:lessThanOrEquals :other",
            ':thing :kind "2"^^xsd:integer ; :other "2020-01-01"^^xsd:date .',
            (2, 14),
            "less-than-or-equals",
            "is after other",
        ),
        (
            "sh:not [ sh:class :State ]",
            ":thing :kind [ a :State ] .",
            (2, 14),
            "not",
            "class state",
        ),
        (
            "sh:or ( [ sh:class :State ] [ sh:datatype xsd:date ] )",
            ":thing :kind 1 .",
            (2, 14),
            "or",
            "is not of class state or of type xsd:date",
        ),
        (
            "sh:xone ( [ sh:minLength 1 ] [ sh:maxLength 3 ] )",
            ":thing :kind 'a' .",
            (2, 14),
            "xone",
            "is not exactly one of: at least 1 characters long or at most 3 characters long",
        ),
        (
            "sh:and ( [ sh:minLength 2 ] [ sh:pattern 'b' ] )",
            ":thing :kind 'a' .",
            (2, 14),
            "and",
            "is not at least 2 characters long and of the form b",
        ),
        (
            "sh:node [ sh:property [ sh:path :other ; sh:hasValue :red ] ]",
            ":thing :kind :x .",
            (2, 14),
            "node",
            "does not fit: other",
        ),
        (
            "sh:qualifiedValueShape [ sh:languageIn ( 'en' ) ] ; sh:qualifiedMinCount 1",
            ":thing :kind 'x'@fr .",
            (2, 14),
            "qualified-min-count",
            f"has no {KIND} that is tagged en",
        ),
        (
            "sh:qualifiedValueShape [ sh:datatype xsd:integer ] ; sh:qualifiedMaxCount 1",
            ":thing :kind 1 , 2 .",
            (2, 14),
            "qualified-max-count",
            "has more than 1 of",
        ),
    ],
)
def test_each_constraint_is_worded_and_placed(
    constraint: str, data: str, place: tuple[int, int], code: str, message: str
) -> None:
    finding = find(constraint, data)
    assert (finding.line, finding.column) == place
    assert finding.code == code
    assert message in finding.message
    assert "_:" not in finding.message


def test_closed_shape_points_at_the_property_too_many() -> None:
    report = validate(
        ":S a sh:NodeShape ; sh:targetNode :thing ; sh:closed true ;"
        " sh:ignoredProperties ( skos:prefLabel ) .",
        ":thing\n :kind 1 .",
    )
    assert [(f.code, f.line, f.column) for f in report.findings] == [("closed", 3, 8)]


def test_finding_carries_the_terms_and_the_remedy() -> None:
    finding = find(
        "sh:minLength 3 ; sh:message 'Trop court'@fr , 'Write more'@en", ":thing :kind 'b' ."
    )
    assert finding.remedy == "Write more"
    assert (finding.focus_node, finding.path) == (BASE + "thing", BASE + "kind")
    assert (finding.value, finding.shape) == ("b", BASE + "P")
    assert (finding.end_line, finding.end_column) == (2, 17)


@pytest.mark.parametrize("severity", list(Severity))
def test_severity_is_that_of_the_shape(severity: Severity) -> None:
    report = validate(
        f":S sh:targetNode :thing ; sh:class :T ; sh:severity sh:{severity.capitalize()} .",
        ":thing :kind 1 .",
    )
    assert [f.severity for f in report.findings] == [severity]
    assert report.conforms == (severity is not Severity.VIOLATION)


def test_condition_written_as_or_is_worded_without_double_negation() -> None:
    report = validate(
        ":S sh:targetNode :thing ; sh:or ("
        " [ sh:not [ sh:property [ sh:path :kind ; sh:hasValue :red ] ] ]"
        " [ sh:property [ sh:path :other ; sh:minCount 1 ] ] ) .",
        ":thing :kind :red .",
    )
    assert [f.message for f in report.findings] == [
        f"{THING} fits none of these: without {KIND} “Red”; with {OTHER}"
    ]


@pytest.mark.parametrize(
    ("shape", "data", "message"),
    [
        (
            (
                "sh:or ( [ sh:property [ sh:path :kind ; sh:not [ sh:in ( :red :blue ) ] ] ]"
                " [ sh:property [ sh:path :other ; sh:maxCount 0 ] ] )"
            ),
            ":thing :kind :red ; :other 1 .",
            (
                f"{THING} fits none of these: with {KIND} not “Red” or <https://example.org/blue>;"
                f" without {OTHER}"
            ),
        ),
        (
            (
                "sh:xone ( [ sh:property [ sh:path :kind ; sh:minCount 1 ] ]"
                " [ sh:property [ sh:path :other ; sh:minCount 2 ] ] )"
            ),
            ":thing :size 1 .",
            (
                f"{THING} does not fit exactly one of these: with {KIND}; with {OTHER} at least"
                " 2 times"
            ),
        ),
        (
            (
                "sh:or ( [ sh:property [ sh:path :kind ; sh:maxCount 1 ] ]"
                " [ sh:property [ sh:path :other ; sh:minCount 1 ] ] )"
            ),
            ":thing :kind 1 , 2 .",
            f"{THING} fits none of these: with {KIND} at most 1 times; with {OTHER}",
        ),
        (
            "sh:property [ sh:path :kind ; sh:disjoint :size , :other ]",
            ":thing :kind 'x' ; :other 'x' ; :size 'y' .",
            f'"x", {KIND} of {THING}, is also its {OTHER}',
        ),
    ],
)
def test_rule_about_two_properties_is_worded(shape: str, data: str, message: str) -> None:
    report = validate(f":S sh:targetNode :thing ; {shape} .", data)
    assert [f.message for f in report.findings] == [message]


def test_severity_of_ones_own_counts_as_violation() -> None:
    report = validate(":S sh:targetNode :thing ; sh:class :T ; sh:severity :Dire .", ":a :b :c .")
    assert not report.conforms


@pytest.mark.parametrize(
    ("path", "data", "column", "words"),
    [
        ("( :kind :other )", ":thing :kind :x . :x :other 1 .", 14, " / other"),
        ("[ sh:inversePath :kind ]", ":thing a :T . :x :kind :thing .", 24, "what points here"),
        ("[ sh:alternativePath ( :kind :other ) ]", ":thing :other 1 .", 15, " or other"),
        ("[ sh:oneOrMorePath :kind ]", ":thing :kind :x .", 14, "one or more kind"),
    ],
)
def test_compound_path_is_named_and_placed(path: str, data: str, column: int, words: str) -> None:
    report = validate(
        f":S sh:targetNode :thing ; sh:property [ sh:path {path} ; sh:pattern '^no$' ] .", data
    )
    (finding,) = report.findings
    assert words in finding.message
    assert (finding.line, finding.column) == (2, column)
    assert finding.shape == BASE + "S"


def test_literal_as_focus_node_is_placed_where_it_stands() -> None:
    report = validate(
        ":S a sh:NodeShape ; sh:targetObjectsOf :kind ; sh:maxLength 2 .", ":thing :kind 'long' ."
    )
    assert [(f.line, f.column) for f in report.findings] == [(2, 14)]


def test_record_in_two_files_is_placed_where_its_class_is() -> None:
    one = read_document("<a> <p> <b> .", base_iri=BASE, file="one")
    two = read_document("\n<a> a <C> .", base_iri=BASE, file="two")
    graph = Graph() + one.graph + two.graph
    shapes = read_document(
        PREFIXES + ":S sh:targetClass :C ; sh:property [ sh:path :q ; sh:minCount 1 ] .",
        base_iri=BASE,
    )
    report = report_on(graph, shapes.graph, documents=[one, two])
    assert [(f.file, f.line) for f in report.findings] == [("two", 2)]


def test_unnamed_focus_node_is_named_by_its_class_and_placed() -> None:
    report = validate(
        ":S sh:targetClass :State ; sh:property [ sh:path :kind ; sh:minCount 1 ] .",
        ":thing :other\n [ a :State ] .",
    )
    (finding,) = report.findings
    assert finding.message == f"an unnamed state has no {KIND}"
    assert (finding.line, finding.column) == (3, 2)


@pytest.mark.parametrize(
    ("datatype", "value", "fixable"),
    [
        ("xsd:date", '"2017-04-06"', True),
        ("xsd:date", '"28 March"', False),
        ("xsd:string", "1", True),
        ("rdf:langString", '"x"', False),
    ],
)
def test_fix_is_offered_where_it_is_certain(datatype: str, value: str, fixable: bool) -> None:
    assert find(f"sh:datatype {datatype}", f":thing :kind {value} .").fixable is fixable


SPARQL = """:S sh:targetNode :thing ; sh:name "No kinds" ; sh:sparql [
  sh:message "{message}" ; sh:prefixes :declared ;
  sh:select "SELECT $this ?value ?n WHERE {{ $this x:kind ?value BIND (7 AS ?n) }}" ] .
:declared sh:declare [ sh:prefix "x" ; sh:namespace "https://example.org/"^^xsd:anyURI ] .
"""


def test_message_of_a_sparql_constraint_is_filled_with_labels() -> None:
    report = validate(SPARQL.format(message="Remove {?value} of {$this}"), ":thing :kind :red .")
    (finding,) = report.findings
    assert finding.remedy == f"Remove “Red” of {THING}"
    assert finding.message == f"{THING} breaks the rule “No kinds”: “Red”"
    assert finding.code == "sparql"


def test_message_of_a_sparql_constraint_may_use_other_variables() -> None:
    report = validate(SPARQL.format(message="It is {?n}"), ":thing :kind :red .")
    assert [f.remedy for f in report.findings] == ["It is 7"]


def test_value_with_a_backslash_does_not_upset_a_message() -> None:
    report = validate(SPARQL.format(message="Remove {?value}"), r':thing :kind "\\d \\1" .')
    assert [f.remedy for f in report.findings] == [r'Remove "\d \1"']


def test_ill_formed_shape_is_an_ontology_error() -> None:
    with pytest.raises(OntologyError):
        validate(":S sh:targetNode :thing ; sh:property [ sh:minCount 1 ] .", ":thing :kind 1 .")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT $this WHERE { $this ?p ?o MINUS { ?s ?p ?o } }",
        "SELECT $this WHERE { $this unknown:p ?o }",
        "SELECT $this WHERE { $this",
        "SELECT $this FROM <http://127.0.0.1:1/> WHERE { $this ?p ?o }",
    ],
)
def test_query_that_cannot_be_run_is_an_ontology_error(query: str) -> None:
    with pytest.raises(OntologyError):
        validate(
            f':S sh:targetNode :thing ; sh:sparql [ sh:select "{query}" ] .', ":thing :kind 1 ."
        )


@pytest.mark.parametrize(
    "pattern",
    [
        "SERVICE <{url}> {{ $this ?p ?o }}",
        "SERVICE#\\n<{url}> {{ $this ?p ?o }}",
        "SERVICE SILENT <{url}> {{ $this ?p ?o }}",
        "FILTER EXISTS {{ SERVICE#\\n<{url}> {{ $this ?p ?o }} }}",
        "{{ SELECT $this {{ SERVICE#\\n<{url}> {{ $this ?p ?o }} }} }}",
    ],
)
def test_service_in_a_constraint_reaches_nobody(pattern: str, listener: Listener) -> None:
    query = f"SELECT $this WHERE {{ {pattern.format(url=listener.url)} }}"
    with pytest.raises(OntologyError):
        validate(
            f':S sh:targetNode :thing ; sh:sparql [ sh:select "{query}" ] .', ":thing :kind 1 ."
        )
    assert listener.count_callers() == 0


def test_imports_and_graph_names_reach_nobody(listener: Listener) -> None:
    url = f"{listener.url}x.ttl"
    report = validate(
        f"<{url}> a <http://www.w3.org/2002/07/owl#Ontology> ;"
        f" <http://www.w3.org/2002/07/owl#imports> <{url}> ; sh:shapesGraph <{url}> ."
        " :S sh:targetNode :thing ; sh:class :T .",
        f":thing <http://www.w3.org/2002/07/owl#imports> <{url}> ; sh:shapesGraph <{url}> .",
    )
    assert len(report.findings) == 1
    assert listener.count_callers() == 0
