# ruff: noqa: E501 - a marked record reads better on one line
"""Files with one fault each; ▶ stands where the fault is to be reported, and is taken out."""

from dataclasses import dataclass
from hashlib import sha256

MARK = "▶"
HEADER = """@base <https://w3id.org/gfmdkg/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""
REPORT = "gfmd-dialogue-gcm-2017-04-06-c1"


@dataclass(frozen=True, slots=True)
class Fault:
    """One file: its name, its text with the mark, the code, and words of message or remedy."""

    name: str
    marked: str
    code: str
    words: str

    @property
    def text(self) -> str:
        return self.marked.replace(MARK, "")

    @property
    def place(self) -> tuple[int, int]:
        before = self.marked.removeprefix("\ufeff").partition(MARK)[0]
        return before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1


def marked(name: str, body: str, code: str, words: str) -> Fault:
    assert body.count(MARK) == 1, name
    return Fault(name, HEADER + body, code, words)


def _label(name: str) -> str:
    """Words that no other record has, so that none looks like a near-duplicate."""
    digest = sha256(name.encode()).hexdigest()
    return f"Pact {digest[:12]} {digest[12:24]} {digest[24:36]}"


def change(record: str, old: str, new: str) -> str:
    assert old in record, old
    return record.replace(old, new)


def instrument(name: str, old: str = "", new: str = "", *, label: str = "", at: str = "") -> str:
    """A record of an instrument with one piece of its text exchanged."""
    label = label or _label(name)
    record = f"""{at}<id/instrument/x-{name}> a gfmd:Instrument ;
    skos:prefLabel "{label}"@en ;
    gfmd:instrumentType <scheme/instrument-type/framework> ;
    gfmd:legallyBinding false ;
    gfmd:adoptionDate "2011-05-04"^^xsd:date ;
    gfmd:adoptedBy <id/actor/org-ilo> .
"""
    return change(record, old, new) if old else record


def person(name: str, old: str = "", new: str = "") -> str:
    record = f"""<id/actor/person-x-{name}> a foaf:Person ;
    skos:prefLabel "{name.title()} of Nowhere {name[::-1].title()}"@en ;
    org:memberOf <id/actor/org-ilo> ;
    gfmd:actorType <scheme/person-type/academic> .
"""
    return change(record, old, new) if old else record


def mention(name: str, old: str = "", new: str = "") -> str:
    record = f"""<id/mention/{REPORT}/p13/x-{name}> a gfmd:UnresolvedMention ;
    gfmd:mentionedIn <id/passage/{REPORT}/p13> ;
    gfmd:matchedText "the unknown thing" ;
    skos:note "nobody knows"@en .
"""
    return change(record, old, new) if old else record


def discrepancy(name: str, old: str = "", new: str = "") -> str:
    record = f"""<id/discrepancy/{REPORT}/x-{name}> a gfmd:Discrepancy ;
    skos:prefLabel "two readings of {name}"@en ;
    gfmd:reading <id/discrepancy/{REPORT}/x-{name}/1> , <id/discrepancy/{REPORT}/x-{name}/2> ;
    skos:note "they differ"@en .

<id/discrepancy/{REPORT}/x-{name}/1> a gfmd:Reading ;
    gfmd:foundIn <id/report/{REPORT}> ;
    gfmd:readingText "one" .

<id/discrepancy/{REPORT}/x-{name}/2> a gfmd:Reading ;
    gfmd:foundIn <id/report/{REPORT}> ;
    gfmd:readingText "two" .
"""
    return change(record, old, new) if old else record


def session(name: str, old: str = "", new: str = "") -> str:
    record = f"""<id/session/x-{name}> a gfmd:Session ;
    skos:prefLabel "{_label(name)}"@en ;
    dcterms:date "2016-05-06"^^xsd:date ;
    schema:startDate "2016-05-06T10:00:00Z"^^xsd:dateTime ;
    schema:endDate "2016-05-06T12:00:00Z"^^xsd:dateTime ;
    schema:location "Nowhere"@en ;
    gfmd:room "7" ;
    gfmd:partOfProcess <id/process/gfmd> .
<id/participation/x-{name}/iom> a gfmd:Participation ;
    gfmd:inSession <id/session/x-{name}> ;
    gfmd:participant <id/actor/org-ilo> ;
    gfmd:role <scheme/speaker-role/presenter> .
"""
    return change(record, old, new) if old else record


def concept(name: str, old: str = "", new: str = "") -> str:
    record = f"""<scheme/topic/x-{name}> a skos:Concept ;
    skos:prefLabel "fictional {name}"@en , "inventado {name}"@es , "inventé {name}"@fr ;
    skos:definition "what is made up about {name}"@en ;
    skos:broader <scheme/topic/human-rights> ;
    skos:inScheme <scheme/topic> .
"""
    return change(record, old, new) if old else record


def i(name: str, old: str, new: str, code: str, words: str) -> Fault:
    return marked(f"instrument-{name}", instrument(name, old, new), code, words)


ADOPTED = '"2011-05-04"^^xsd:date'
TYPE = "<scheme/instrument-type/framework>"

TURTLE = (
    # Labels
    marked(
        "label-untagged",
        instrument("untagged", label="Untagged Nets").replace(
            '"Untagged Nets"@en', '▶"Untagged Nets"'
        ),
        "datatype",
        "Tag the label",
    ),
    marked(
        "label-none",
        "▶" + instrument("unlabelled", label="L").replace('    skos:prefLabel "L"@en ;\n', ""),
        "qualified-min-count",
        "in English",
    ),
    marked(
        "label-french-only",
        instrument("french", label="Pacte fictif des filets").replace(
            '"Pacte fictif des filets"@en', '▶"Pacte fictif des filets"@fr'
        ),
        "qualified-min-count",
        "in English",
    ),
    marked(
        "label-twice",
        instrument("twice", label="Oars One").replace(
            '"Oars One"@en', '"Oars One"@en , ▶"Paddles Two"@en'
        ),
        "unique-lang",
        "one skos:prefLabel per language",
    ),
    marked(
        "label-padded",
        instrument("padded", label="Padded Sails ").replace('"Padded Sails "', '▶"Padded Sails "'),
        "pattern",
        "space before or after",
    ),
    marked(
        "label-two-lines",
        instrument("lines", label="Knots\\nand Ropes").replace('"Knots', '▶"Knots'),
        "pattern",
        "line breaks",
    ),
    marked(
        "label-multi-line",
        instrument("long", label="K").replace('"K"@en', '▶"""Decks\nand Masts"""@en'),
        "pattern",
        "line breaks",
    ),
    marked(
        "label-alternative-untagged",
        instrument("alt", "    gfmd:legally", '    skos:altLabel ▶"XALT" ;\n    gfmd:legally'),
        "datatype",
        "@en unless",
    ),
    marked(
        "label-hidden-untagged",
        instrument("hid", "    gfmd:legally", '    skos:hiddenLabel ▶"Xhid" ;\n    gfmd:legally'),
        "datatype",
        "hidden label",
    ),
    marked(
        "label-never-untagged",
        instrument("nev", "    gfmd:legally", '    gfmd:neverLabel ▶"Xnev" ;\n    gfmd:legally'),
        "datatype",
        "never label",
    ),
    marked(
        "label-repeated",
        instrument("rep", label="Repeated Buoys").replace(
            '"Repeated Buoys"@en', '▶"Repeated Buoys"@en ; skos:altLabel "Repeated Buoys"@en'
        ),
        "disjoint",
        "Remove the skos:altLabel",
    ),
    marked(
        "label-alternative-hidden",
        instrument(
            "both",
            "    gfmd:legally",
            '    skos:altLabel ▶"Xboth"@en ; skos:hiddenLabel "Xboth"@en ;\n    gfmd:legally',
        ),
        "disjoint",
        "accepted name",
    ),
    marked(
        "label-notation-number",
        instrument("num", "    gfmd:legally", "    skos:notation ▶8.10 ;\n    gfmd:legally"),
        "or",
        "plain string",
    ),
    marked(
        "label-title",
        instrument("title", "    gfmd:legally", '    dcterms:title ▶"Xt"@en ;\n    gfmd:legally'),
        "max-count",
        "skos:prefLabel in place",
    ),
    # Instruments
    marked(
        "instrument-no-type",
        instrument("no-type", f"    gfmd:instrumentType {TYPE} ;\n", "", at=MARK),
        "min-count",
        "from the scheme instrument-type",
    ),
    i(
        "two-types",
        TYPE,
        f"{TYPE} ,\n        ▶<scheme/instrument-type/guidelines>",
        "max-count",
        "exactly one",
    ),
    i("odd-type", TYPE, "▶<scheme/topic/human-rights>", "node", "instrument-type"),
    i("named-type", TYPE, '▶"framework"', "node", "instrument-type"),
    i("lost-type", TYPE, "▶<scheme/instrument-type/framewurk>", "reference-dangling", "framework>"),
    i("binding-text", "false", '▶"false"', "datatype", "true or false"),
    i("binding-twice", "false", "false , ▶true", "max-count", "true or false"),
    i("adopted-text", ADOPTED, '▶"4 May 2011"', "or", "xsd:date"),
    i("adopted-odd", ADOPTED, '▶"2011-13-45"^^xsd:date', "or", "xsd:date"),
    i("adopted-zone", ADOPTED, '▶"2011-05-04Z"^^xsd:date', "pattern", "without time zone"),
    i("adopted-twice", ADOPTED, f'{ADOPTED} ,\n\t▶"2012"^^xsd:gYear', "max-count", "once"),
    i("adopted-ahead", ADOPTED, '▶"2199-05-04"^^xsd:date', "date-ahead", "correct the date"),
    i(
        "symbol-tagged",
        "    gfmd:legally",
        '    gfmd:symbol ▶"A/1"@en ;\n    gfmd:legally',
        "datatype",
        "plain string",
    ),
    i(
        "adopted-by-process",
        "<id/actor/org-ilo>",
        "▶<id/process/gfmd>",
        "node",
        "an actor that exists",
    ),
    i(
        "adopted-by-nobody",
        "<id/actor/org-ilo>",
        "▶<id/actor/org-iloo>",
        "reference-dangling",
        "org-ilo>",
    ),
    i(
        "treaty",
        f"{TYPE} ;\n    gfmd:legallyBinding ",
        "<scheme/instrument-type/treaty> ;\n    gfmd:legallyBinding ▶",
        "or",
        "a treaty binds",
    ),
    i(
        "in-force",
        "legallyBinding ",
        'entryIntoForceDate "2012"^^xsd:gYear ; gfmd:legallyBinding ▶',
        "or",
        "enters into force",
    ),
    i(
        "note-untagged",
        "    gfmd:legally",
        '    skos:note ▶"words without a tag" ;\n    gfmd:legally',
        "datatype",
        "Tag the note",
    ),
    i("misspelt", "gfmd:adoptedBy", "▶gfmd:adoptdBy", "term-undefined", "gfmd:adoptedBy"),
    i(
        "misspelt-required",
        "gfmd:legallyBinding",
        "▶gfmd:legalyBinding",
        "term-undefined",
        "gfmd:legallyBinding",
    ),
    i(
        "misspelt-foreign",
        "skos:prefLabel",
        "▶skos:preflabel",
        "property-unfamiliar",
        "skos:prefLabel",
    ),
    marked(
        "instrument-iri",
        "▶" + instrument("iri").replace("x-iri", "X_Iri"),
        "pattern",
        "lower-case ASCII",
    ),
    marked(
        "instrument-foreign",
        "▶"
        + instrument("foreign").replace("<id/instrument/x", "<https://example.org/id/instrument/x"),
        "iri-foreign",
        "begin the IRI",
    ),
    marked(
        "label-of-another",
        instrument("other", label="convention on the rights of the child").replace(
            '"convention', '▶"convention'
        ),
        "reference-label-shared",
        "give one of the two another name",
    ),
    marked(
        "label-of-an-actor",
        instrument("actor", label="International Labour Organization").replace(
            '"International', '▶"International'
        ),
        "label-of-another-kind",
        "tell the two names apart",
    ),
    marked(
        "near-duplicate",
        "▶" + instrument("near", label="Convention on the Rights of a Child"),
        "near-duplicate",
        "use that record",
    ),
    marked(
        "orphan",
        "▶"
        + instrument(
            "lone", "    gfmd:adoptedBy <id/actor/org-ilo> .", '    skos:altLabel "XLONE"@en .'
        ),
        "orphan",
        "join it",
    ),
    # Actors
    marked(
        "actor-no-type",
        "▶" + person("ada", " ;\n    gfmd:actorType <scheme/person-type/academic>", ""),
        "min-count",
        "from the scheme person-type",
    ),
    marked(
        "actor-state",
        person("bea", "<scheme/person-type/academic>", "▶<scheme/actor-type/state>"),
        "node",
        "neither a state nor a group",
    ),
    marked(
        "actor-iri", "▶" + person("cid").replace("person-x", "org-x"), "pattern", "person-{slug}"
    ),
    marked(
        "actor-name",
        person("dan", "skos:prefLabel", 'foaf:name ▶"Dan" ; skos:prefLabel'),
        "max-count",
        "skos:prefLabel in place",
    ),
    # Mentions, discrepancies
    marked(
        "mention-no-reason",
        "▶" + mention("a", ' ;\n    skos:note "nobody knows"@en', ""),
        "min-count",
        "why the mention",
    ),
    marked(
        "mention-odd-place",
        mention("b", f"<id/passage/{REPORT}/p13>", f"▶<id/report/{REPORT}>"),
        "node",
        "a passage that exists",
    ),
    marked(
        "mention-tagged-words",
        mention("c", '"the unknown thing"', '▶"the unknown thing"@en'),
        "datatype",
        "plain string",
    ),
    marked(
        "mention-long-words",
        mention("d", '"the unknown thing"', '▶"' + "word " * 40 + 'end"'),
        "max-length",
        "at most 160",
    ),
    marked(
        "mention-candidate",
        mention("e", "skos:note", "gfmd:candidate ▶<id/actor/org-ilo> ; skos:note"),
        "node",
        "an instrument, a process",
    ),
    marked(
        "discrepancy-one-reading",
        discrepancy(
            "a",
            f"<id/discrepancy/{REPORT}/x-a/1> , <id/discrepancy/{REPORT}/x-a/2> ;",
            f"▶<id/discrepancy/{REPORT}/x-a/1> ;",
        ),
        "min-count",
        "both sides",
    ),
    marked(
        "discrepancy-long-reading",
        discrepancy("b", '"two"', '▶"' + "t" * 161 + '"'),
        "max-length",
        "160 characters",
    ),
    marked("discrepancy-integer", discrepancy("c", '"two"', "▶2"), "datatype", "plain string"),
    marked(
        "discrepancy-tab",
        discrepancy("d", '    gfmd:readingText "two"', '\tgfmd:readingText\t▶"zwölf"@de'),
        "datatype",
        "plain string",
    ),
    # Sessions
    marked(
        "session-no-date",
        "▶" + session("a", '    dcterms:date "2016-05-06"^^xsd:date ;\n', ""),
        "min-count",
        "xsd:date",
    ),
    marked(
        "session-date-text",
        session("b", '"2016-05-06"^^xsd:date', '▶"2016-05-06"'),
        "datatype",
        "xsd:date",
    ),
    marked(
        "session-no-zone",
        session("c", '"2016-05-06T10:00:00Z"^^', '▶"2016-05-06T10:00:00"^^'),
        "or",
        "time zone",
    ),
    marked(
        "session-backwards",
        session("d", '"2016-05-06T10:00:00Z"', '▶"2016-05-06T14:00:00Z"'),
        "less-than-or-equals",
        "does not end before it starts",
    ),
    marked(
        "session-room",
        session("e", 'gfmd:room "7"', 'gfmd:room ▶"sieben"@de'),
        "datatype",
        "plain string",
    ),
    marked(
        "session-process",
        session("f", "<id/process/gfmd>", "▶<id/actor/org-ilo>"),
        "class",
        "a gfmd:Process",
    ),
    marked(
        "session-role",
        session("g", "<scheme/speaker-role/presenter>", "▶<scheme/topic/human-rights>"),
        "node",
        "speaker-role",
    ),
    marked(
        "session-unnamed-place",
        session(
            "h",
            "schema:location ",
            'gfmd:thematicCluster ▶[ skos:note "a"@en , "b"@fr ] ; schema:location ',
        ),
        "node",
        "gcm-cluster",
    ),
    marked(
        "session-list",
        session(
            "k",
            "schema:location ",
            'gfmd:thematicCluster ▶( 1 [ skos:note "c"@en ] ) ; schema:location ',
        ),
        "node",
        "gcm-cluster",
    ),
    # Concepts
    marked(
        "concept-no-definition",
        "▶" + concept("a", '    skos:definition "what is made up about a"@en ;\n', ""),
        "qualified-min-count",
        "in English",
    ),
    marked(
        "concept-nowhere",
        "▶" + concept("b", "    skos:broader <scheme/topic/human-rights> ;\n", ""),
        "xone",
        "Place the concept",
    ),
    marked(
        "concept-broader-scheme",
        concept("c", "<scheme/topic/human-rights>", "▶<scheme/topic>"),
        "class",
        "a skos:Concept that exists",
    ),
    # Layout
    marked(
        "prefix-in-mid-file",
        instrument("mid", ADOPTED + " ;\n    gfmd:adoptedBy <id/actor/org-ilo>", ADOPTED)
        + "PREFIX g: <https://w3id.org/gfmdkg/ontology#>\n<id/instrument/x-mid> g:adoptedBy ▶<id/process/gfmd> .\n",
        "node",
        "an actor that exists",
    ),
    Fault(
        "crlf",
        (HEADER + instrument("crlf", "false", '▶"false"')).replace("\n", "\r\n"),
        "datatype",
        "true or false",
    ),
    Fault(
        "mark",
        "\ufeff" + HEADER + instrument("mark", "false", '▶"false"'),
        "datatype",
        "true or false",
    ),
    Fault(
        "mark-first-line",
        "\ufeff"
        + HEADER.replace("\n", " ")
        + instrument("first", "false", '▶"false"').replace("\n", " "),
        "datatype",
        "true or false",
    ),
    marked(
        "non-ascii",
        instrument("asche", label="Vertrag 𝒳 über Fähren und Häfen").replace(
            '"@en ;\n    gfmd:instrumentType',
            '"@en ; skos:altLabel "日本語"@ja , ▶"Überseezünd" ;\n    gfmd:instrumentType',
        ),
        "datatype",
        "@en unless",
    ),
)
