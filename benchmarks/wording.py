"""Words of made-up labels and notes: as long as real ones, with nothing of any real text."""

from random import Random

__all__ = ["label", "note", "person_name"]


def _words(text: str) -> list[str]:
    return text.split(", ")


_VERBS = _words(
    "Agree on, Build, Collect, Compare, Draw up, Ease, Extend, Fund, Guard, Improve, Join, "
    "Lower, Map, Monitor, Offer, Open, Pool, Publish, Recall, Reduce, Renew, Review, Simplify, "
    "Support, Train, Widen"
)
_NOUNS = _words(
    "access, advice, agencies, aid, appeals, borders, care, centres, cities, classes, clinics, "
    "consulates, contracts, costs, courts, data, desks, duties, employers, evidence, exchanges, "
    "families, fees, firewalls, funds, guides, guardians, homes, indicators, inspections, "
    "interpreters, journeys, judges, languages, lessons, licences, lists, mayors, measures, "
    "media, mediators, networks, offices, partners, paths, permits, plans, police, policies, "
    "programmes, records, recruiters, reforms, regions, registers, remedies, remittances, "
    "reports, rescue, residence, returns, rights, routes, rules, schools, services, shelters, "
    "skills, standards, studies, support, surveys, talks, teachers, tests, training, transit, "
    "unions, visas, courses, wages, workers, workplaces, youth"
)
_LINKS = _words(
    "for, with, among, across, beside, through, near, between, under, after, before, beyond"
)
_ADJECTIVES = _words(
    "better, clear, common, fair, early, equal, firm, free, full, joint, local, mutual, "
    "national, new, open, practical, public, quick, regional, regular, safe, shared, simple, "
    "sound, steady, timely, wide"
)
_GIVEN = _words(
    "Ada, Amir, Ana, Bela, Binta, Carl, Chen, Dina, Elif, Emeka, Fatou, Goran, Hana, Ines, "
    "Ivan, Jaya, Kofi, Lena, Luis, Maya, Nadia, Omar, Petra, Rafa, Sami, Tala, Uma, Vera, Yara, "
    "Zeki"
)
_FAMILY = _words(
    "Abara, Bakker, Castel, Diop, Eriks, Farah, Gomes, Haddad, Ivanov, Jensen, Kimani, Lopes, "
    "Mehta, Nakano, Okoye, Perez, Quist, Rossi, Santos, Tanaka, Usman, Varga, Weiss, Xu, "
    "Yilmaz, Zhou"
)


def label(random: Random) -> str:
    """A title of five to eleven words."""
    words = [random.choice(_VERBS), random.choice(_ADJECTIVES), random.choice(_NOUNS)]
    for _ in range(random.randrange(1, 4)):
        words += (random.choice(_LINKS), random.choice(_NOUNS))
    return " ".join(words)


def note(random: Random) -> str:
    """A sentence of about ten to twenty words."""
    words = ["It", "speaks", "of"]
    for _ in range(random.randrange(2, 6)):
        words += (random.choice(_ADJECTIVES), random.choice(_NOUNS), random.choice(_LINKS))
    return " ".join(words) + " others."


def person_name(number: int) -> str:
    """The name of the person of this number; no two are alike."""
    given, rest = number % len(_GIVEN), number // len(_GIVEN)
    turn, family = divmod(rest, len(_FAMILY))
    return f"{_GIVEN[given]} {_FAMILY[family]}" + (f" {turn + 1}" if turn else "")
