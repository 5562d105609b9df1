"""One made-up report: the records of a session in the proportions of the real one."""

from datetime import date, timedelta
from random import Random

from benchmarks.reference import Cited, Reference
from benchmarks.wording import label, note
from gfmdkg.namespaces import (
    DCTERMS,
    FOAF,
    GFMD,
    GRAPH_BASE,
    ID_BASE,
    PROV,
    RDF,
    SCHEME_BASE,
    SKOS,
    XSD,
)

__all__ = ["DERIVED_GRAPH", "ReportWriter"]

DERIVED_GRAPH = GRAPH_BASE + "derived/passages"

_SCHEMA = "https://schema.org/"
_FIRST_DAY = date(2007, 7, 9)
_DAYS = 6000
_BODY_SECTIONS = 7


def _terms(base: str, names: str) -> dict[str, str]:
    return {name: f" <{base}{name}> " for name in names.split()}


_P = {
    "a": f" <{RDF}type> ",
    **_terms(DCTERMS, "date description isPartOf language source subject"),
    **_terms(
        GFMD,
        "addressee alignsWith anticipated assertion attribution candidate capacity cites"
        " confidence examinedFor foundIn inReport inSession inStatement inferredAddressee intent"
        " locator madeBy matchedText mentionedIn number onBehalfOf order outcomeOf participant"
        " partOfProcess passage populationGroup reading readingText recommendationKind recordedIn"
        " reviewStatus role room sortKey statementType target thematicCluster",
    ),
    **_terms(_SCHEMA, "endDate location startDate"),
    **_terms(SKOS, "note prefLabel"),
    **_terms(PROV, "wasAttributedTo"),
}


def _concept(path: str) -> str:
    return f"<{SCHEME_BASE}{path}>"


_CLASSES = _terms(
    GFMD,
    "Citation Classification Discrepancy Paragraph Participation Reading Recommendation Report"
    " Section Session Statement UnresolvedMention",
)
_ASSEMBLY = f"<{ID_BASE}actor/org-un-general-assembly>"
_CURATORS = f"<{ID_BASE}actor/group-gfmdkg-curators>"
_ACCEPTED, _PROPOSED = _concept("review-status/accepted"), _concept("review-status/proposed")
_EXPLICIT = _concept("assertion/explicit")
_INFERRED, _RETROSPECTIVE = _concept("assertion/inferred"), _concept("assertion/retrospective")
_NAMED, _COLLECTIVE = _concept("attribution/named"), _concept("attribution/collective")
_UNATTRIBUTED = _concept("attribution/unattributed")
_EXAMINED = tuple(_concept("examination/" + n) for n in ("citations", "sdg", "gcm-objective"))
_ANTICIPATE = _concept("citation-intent/note")
_TRUE = f'"true"^^<{XSD}boolean>'


class ReportWriter:
    """Writes report after report; the lines of each depend on the seed and its number alone."""

    def __init__(self, reference: Reference, *, seed: int) -> None:
        self._reference = reference
        self._seed = seed
        self._topics = reference.scheme("topic")
        self._groups = reference.scheme("population-group")
        self._addressees = reference.scheme("actor-type")
        # A quotation says whom it quotes; the real report has one, these have none.
        self._statement_types = [
            term for term in reference.scheme("statement-type") if "quotation" not in term
        ]
        self._intents = [i for i in reference.scheme("citation-intent") if i != _ANTICIPATE]
        self._clusters = reference.scheme("gcm-cluster")
        self._objectives = reference.scheme("gcm-objective")
        self._targets = [f"<{iri}>" for iri in reference.targets]
        self._roles = reference.scheme("speaker-role")

    def write(self, number: int) -> "_Report":
        """The lines of one report, and the IRIs in it that queries may ask for."""
        return _Report(self, number)


class _Report:
    """One report; its lines are complete when it is made."""

    def __init__(self, writer: ReportWriter, number: int) -> None:
        self._w = writer
        self._random = Random(f"{writer._seed}/{number}")  # noqa: SLF001 - two halves of one thing
        self.slug = f"made-up-dialogue-{number}"
        self.graph = f"{GRAPH_BASE}data/reports/{self.slug}"
        self.lines: list[str] = []
        self.derived: list[str] = []
        self.passages: list[str] = []
        self.recommendations: list[str] = []
        self.session = f"{ID_BASE}session/{self.slug}"
        self._report = f"<{ID_BASE}report/{self.slug}>"
        self._day = (_FIRST_DAY + timedelta(days=(number * 37) % _DAYS)).isoformat()
        self._write_session()
        self._write_report()
        paragraphs = self._random.randrange(20, 33)
        for section in range(1, _BODY_SECTIONS + 3):
            self._write_section(section)
        for paragraph in range(1, paragraphs + 1):
            section = 1 + (paragraph - 1) * _BODY_SECTIONS // paragraphs
            self._write_paragraph(paragraph, section)
        for kind in ("political", "practical"):
            for place in range(1, self._random.randrange(8, 17)):
                self._write_recommendation(kind, place)
        self._write_discrepancies(self._random.randrange(14, 33))

    def text(self) -> str:
        """The N-Quads of the report, with what is derived."""
        end, derived_end = f" <{self.graph}> .\n", f" <{DERIVED_GRAPH}> .\n"
        text = end.join(self.lines) + end
        return text + derived_end.join(self.derived) + derived_end if self.derived else text

    def _add(self, subject: str, *facts: tuple[str, str]) -> None:
        self.lines += [subject + _P[name] + value for name, value in facts]

    def _derive(self, subject: str, *facts: tuple[str, str]) -> None:
        self.derived += [subject + _P[name] + value for name, value in facts]

    def _sample(self, terms: list[str], low: int, high: int) -> list[str]:
        return self._random.sample(terms, min(len(terms), self._random.randrange(low, high + 1)))

    def _label(self) -> tuple[str, str]:
        return "prefLabel", f'"{label(self._random)}"@en'

    def _note(self) -> tuple[str, str]:
        return "note", f'"{note(self._random)}"@en'

    def _write_session(self) -> None:
        random, w, day = self._random, self._w, self._day
        session = f"<{self.session}>"
        self._add(
            session,
            ("a", _CLASSES["Session"]),
            ("prefLabel", f'"Made-up dialogue of {day}, {self.slug}"@en'),
            ("date", f'"{day}"^^<{XSD}date>'),
            ("startDate", f'"{day}T09:30:00Z"^^<{XSD}dateTime>'),
            ("endDate", f'"{day}T17:30:00Z"^^<{XSD}dateTime>'),
            ("location", f'"Conference centre {random.randrange(40)}"@en'),
            ("room", f'"{random.randrange(1, 30)}"'),
            ("partOfProcess", f"<{random.choice(w._reference.processes).iri}>"),  # noqa: SLF001
            ("thematicCluster", random.choice(w._clusters)),  # noqa: SLF001
        )
        self._speakers = [
            f"<{iri}>"
            for iri in random.sample(w._reference.persons, random.randrange(5, 9))  # noqa: SLF001
        ]
        for speaker in self._speakers:
            slug = speaker.rpartition("person-")[2][:-1]
            self._add(
                f"<{ID_BASE}participation/{self.slug}/{slug}>",
                ("a", _CLASSES["Participation"]),
                ("inSession", session),
                ("participant", speaker),
                ("role", random.choice(w._roles)),  # noqa: SLF001
                ("capacity", f'"Head of {random.choice("ABCDEFGH")} division"@en'),
                ("onBehalfOf", f"<{random.choice(w._reference.organizations)}>"),  # noqa: SLF001
                self._note(),
            )

    def _write_report(self) -> None:
        source = f"<{ID_BASE}source/{self.slug}>"
        self._add(
            source,
            ("a", f"<{FOAF}Document>"),
            ("prefLabel", f'"Source of {self.slug}"@en'),
            ("description", f'"{note(self._random)}"@en'),
            ("date", f'"{self._day}"^^<{XSD}date>'),
        )
        self._add(
            self._report,
            ("a", _CLASSES["Report"]),
            ("prefLabel", f'"Report of {self.slug}"@en'),
            ("outcomeOf", f"<{self.session}>"),
            ("source", source),
            ("language", '"en"'),
            self._note(),
        )

    def _passage(self, local: str, class_name: str) -> str:
        iri = f"{ID_BASE}passage/{self.slug}/{local}"
        self.passages.append(iri)
        self._add(
            f"<{iri}>",
            ("a", _CLASSES[class_name]),
            self._label(),
        )
        self._derive(f"<{iri}>", ("inReport", self._report))
        return f"<{iri}>"

    def _derive_place(self, passage: str, name: str, key: str, number: int) -> None:
        self._derive(
            passage,
            ("order", f'"{number}"^^<{XSD}integer>'),
            ("locator", f'"{name} {number}"@en'),
            ("sortKey", f'"{key}{number:04}"'),
        )

    def _write_section(self, number: int) -> None:
        passage = self._passage(f"s{number}", "Section")
        self._derive_place(passage, "section", "s", number)
        self._add(
            passage,
            ("isPartOf", self._report),
            ("examinedFor", _EXAMINED[0]),
            ("subject", self._random.choice(self._w._topics)),  # noqa: SLF001
        )

    def _write_paragraph(self, number: int, section: int) -> None:
        local = f"p{number:02}"
        passage = self._passage(local, "Paragraph")
        self._derive_place(passage, "paragraph", "p", number)
        w = self._w
        self._add(
            passage,
            ("isPartOf", f"<{ID_BASE}passage/{self.slug}/s{section}>"),
            ("number", f'"{number}"'),
            *(("examinedFor", examined) for examined in _EXAMINED),
            *(("subject", topic) for topic in self._sample(w._topics, 3, 8)),  # noqa: SLF001
            *(("populationGroup", g) for g in self._sample(w._groups, 0, 4)),  # noqa: SLF001
        )
        statements = [
            self._write_statement(passage, local, order + 1)
            for order in range(self._random.randrange(1, 7))
        ]
        self._write_links(passage, local, statements, citations=3, classifications=6)

    def _write_statement(self, passage: str, local: str, order: int) -> str:
        random = self._random
        statement = f"<{ID_BASE}statement/{self.slug}/{local}-{order}>"
        draw = random.random()
        who: tuple[tuple[str, str], ...]
        if draw < 0.5:
            who = (("attribution", _NAMED), ("madeBy", random.choice(self._speakers)))
        elif draw < 0.6:
            group = f"<{ID_BASE}actor/group-participants>"
            who = (("attribution", _COLLECTIVE), ("madeBy", group))
        else:
            who = (("attribution", _UNATTRIBUTED),)
        self._add(
            statement,
            ("a", _CLASSES["Statement"]),
            self._label(),
            ("recordedIn", passage),
            ("order", f'"{order}"^^<{XSD}integer>'),
            ("statementType", random.choice(self._w._statement_types)),  # noqa: SLF001
            *who,
        )
        return statement

    def _write_recommendation(self, kind: str, place: int) -> None:
        local = f"{kind[:3]}-{place:02}"
        passage = self._passage(local, "Recommendation")
        self.recommendations.append(passage[1:-1])
        self._derive_place(passage, f"{kind} recommendation", f"{kind}-", place)
        w = self._w
        section = _BODY_SECTIONS + (1 if kind == "political" else 2)
        self._add(
            passage,
            ("isPartOf", f"<{ID_BASE}passage/{self.slug}/s{section}>"),
            ("recommendationKind", _concept(f"recommendation-kind/{kind}")),
            ("number", f'"{place}"'),
            self._note(),
            *(("examinedFor", examined) for examined in _EXAMINED),
            *(("subject", topic) for topic in self._sample(w._topics, 1, 4)),  # noqa: SLF001
            *(("addressee", a) for a in self._sample(w._addressees, 1, 2)),  # noqa: SLF001
            *(("populationGroup", g) for g in self._sample(w._groups, 0, 2)),  # noqa: SLF001
            *([("addressee", _ASSEMBLY)] if place % 4 == 0 else ()),
            *([("inferredAddressee", w._addressees[place % 5])] if place % 3 == 0 else ()),  # noqa: SLF001
        )
        self._write_links(passage, local, [], citations=2, classifications=5)

    def _write_links(
        self,
        passage: str,
        local: str,
        statements: list[str],
        *,
        citations: int,
        classifications: int,
    ) -> None:
        random, w = self._random, self._w
        chosen = random.choices(
            w._reference.cited,  # noqa: SLF001
            cum_weights=w._reference.cited_weights,  # noqa: SLF001
            k=random.randrange(0, citations + 1),
        )
        for cited in {c.slug: c for c in chosen}.values():
            self._write_citation(passage, local, cited, statements)
        for target in self._sample(w._targets, 0, classifications // 2):  # noqa: SLF001
            self._write_classification(passage, local, target, "sdg", statements)
        for objective in self._sample(w._objectives, 0, classifications // 2 + 1):  # noqa: SLF001
            self._write_classification(passage, local, objective, "gcm", statements)
        if random.random() < 0.25:
            self._add(
                f"<{ID_BASE}mention/{self.slug}/{local}/text-1>",
                ("a", _CLASSES["UnresolvedMention"]),
                ("mentionedIn", passage),
                ("matchedText", f'"a text on {random.randrange(99)} matters"'),
                ("candidate", f"<{random.choice(w._reference.cited).iri}>"),  # noqa: SLF001
                self._note(),
            )

    def _link(
        self, link: str, class_name: str, passage: str, target: str, statements: list[str]
    ) -> None:
        self._add(
            link,
            ("a", _CLASSES[class_name]),
            ("passage", passage),
            ("target", target),
            ("wasAttributedTo", _CURATORS),
        )
        if statements:
            self._add(link, ("inStatement", self._random.choice(statements)))

    def _write_citation(
        self, passage: str, local: str, cited: Cited, statements: list[str]
    ) -> None:
        random = self._random
        link = f"<{ID_BASE}citation/{self.slug}/{local}/{cited.slug}>"
        self._link(link, "Citation", passage, f"<{cited.iri}>", statements)
        is_anticipated = cited.adopted > self._day[: len(cited.adopted)]
        intent = _ANTICIPATE if is_anticipated else random.choice(self._w._intents)  # noqa: SLF001
        is_sure = random.random() < 0.7
        self._add(
            link,
            ("assertion", _EXPLICIT),
            ("confidence", f'"{1 if is_sure else random.randrange(5, 10) / 10}"^^<{XSD}decimal>'),
            ("intent", intent),
            ("matchedText", f'"{cited.name}"'),
            ("reviewStatus", _ACCEPTED),
            *((("anticipated", _TRUE),) if is_anticipated else ()),
            *(() if is_sure else (self._note(),)),
        )
        self.derived.append(f"{passage}{_P['cites']}<{cited.iri}>")

    def _write_classification(
        self, passage: str, local: str, target: str, family: str, statements: list[str]
    ) -> None:
        slug = target.rpartition("/")[2][:-1]
        link = f"<{ID_BASE}classification/{self.slug}/{local}/{family}-{slug}>"
        self._link(link, "Classification", passage, target, statements)
        tenths = self._random.randrange(3, 10)
        accepted = tenths >= 5
        self._add(
            link,
            ("assertion", _INFERRED if family == "sdg" else _RETROSPECTIVE),
            ("confidence", f'"0.{tenths}"^^<{XSD}decimal>'),
            ("reviewStatus", _ACCEPTED if accepted else _PROPOSED),
            self._note(),
        )
        if accepted:
            self.derived.append(f"{passage}{_P['alignsWith']}{target}")

    def _write_discrepancies(self, count: int) -> None:
        for number in range(count):
            iri = f"{ID_BASE}discrepancy/{self.slug}/difference-{number}"
            readings = [f"<{iri}/{at}>" for at in (1, 2)]
            self._add(
                f"<{iri}>",
                ("a", _CLASSES["Discrepancy"]),
                self._label(),
                self._note(),
                *(("reading", reading) for reading in readings),
            )
            for reading, hand in zip(readings, ("one hand", "another"), strict=True):
                self._add(
                    reading,
                    ("a", _CLASSES["Reading"]),
                    ("readingText", f'"reading {number} of {hand}"'),
                    ("foundIn", f"<{self._random.choice(self.passages)}>"),
                )
