"""What a search and a completion found, as JSON documents."""

from collections.abc import Mapping

from gfmdkg.http.parameters import Paging
from gfmdkg.search import Expansion, Hit, Marked, SearchAnswer, Suggestions, Why
from gfmdkg.search.kinds import kind_of

__all__ = ["search_document", "suggest_document"]

Document = dict[str, object]


def search_document(answer: SearchAnswer, paging: Paging, links: Mapping[str, str]) -> Document:
    """A page of hits in the shape of a list, with what was searched for."""
    return {
        "items": [_hit(hit) for hit in answer.hits],
        "total": answer.total,
        "page": paging.page,
        "per_page": paging.per_page,
        "links": dict(links),
        "groups": [_group(group.type, group.count) for group in answer.groups],
        "interpretation": answer.interpretation,
        "corrected": answer.corrected,
        "expanded": [_expansion(expansion) for expansion in answer.expanded],
        "lenient": answer.lenient,
        "ignored": list(answer.ignored),
    }


def suggest_document(suggestions: Suggestions) -> Document:
    """The completions in their order, and how many there are of each class."""
    items = [
        {
            "resource": _resource(completion.iri, completion.label),
            "matched": completion.matched,
            "language": completion.language,
            "type": kind_of(completion.type),
            "scheme": completion.scheme,
        }
        for completion in suggestions.completions
    ]
    groups = [_group(group.type, len(group.completions)) for group in suggestions.groups]
    return {"items": items, "total": len(items), "groups": groups}


def _hit(hit: Hit) -> Document:
    return {
        "resource": _resource(hit.iri, hit.label.text),
        "type": kind_of(hit.type),
        "scheme": hit.scheme,
        "language": hit.language,
        "label": _marked(hit.label),
        "snippet": None if hit.snippet is None else _marked(hit.snippet),
        "score": hit.score,
        "why": [_why(why) for why in hit.why],
    }


def _why(why: Why) -> Document:
    document: Document = {"reason": why.reason.value, "text": why.text}
    if why.language is not None:
        document["language"] = why.language
    if why.property is not None and why.target is not None and why.through is not None:
        document["property"] = why.property
        document["target"] = _resource(why.target, why.text)
        document["through"] = _resource(why.through, why.through_label)
    return document


def _expansion(expansion: Expansion) -> Document:
    return {
        "term": expansion.term,
        "resource": _resource(expansion.iri, expansion.label),
        "names": list(expansion.names),
        "narrower": [_resource(iri, label) for iri, label in expansion.narrower],
    }


def _group(type_iri: str, count: int) -> Document:
    return {"type": kind_of(type_iri), "iri": type_iri, "count": count}


def _marked(marked: Marked) -> Document:
    return {"text": marked.text, "marks": [list(mark) for mark in marked.marks]}


def _resource(iri: str, label: str | None) -> Document:
    return {"iri": iri, "label": label}
