"""The names most like a given one, for "did you mean"."""

from collections.abc import Callable, Collection, Iterable

from rapidfuzz import fuzz, process

from gfmdkg.errors import Candidate

__all__ = ["NamePool"]

# Names that share words with the text but are much longer: the score of their common words
# counts a little less than that of a likeness of the whole.
_WORDS_WEIGHT = 0.9
_WORD_MATCHES_SCORED = 4_000
# Most names differ from the text so much in length alone that they can be passed over.
_FIRST_CUTOFF = 50


class NamePool:
    """Folded names; what each stands for is asked for where it is among the nearest."""

    def __init__(self, names: Iterable[str], shown: Callable[[int], tuple[str, str]]) -> None:
        """``shown`` gives the IRI and the label of the name at a position."""
        self._names: list[str] = []
        self._shown = shown
        self._by_word: dict[str, list[int]] = {}
        for position, name in enumerate(names):
            self._names.append(name)
            for word in name.split():
                self._by_word.setdefault(word, []).append(position)

    def nearest(
        self, folded: str, *, limit: int, without: Collection[str] = ()
    ) -> tuple[Candidate, ...]:
        """Up to ``limit`` candidates, one a resource, best first, with their scores (0–100)."""
        scores = self._alike(folded, limit, _FIRST_CUTOFF)
        sharing = {p: self._names[p] for p in self._sharing_words(folded)}
        for _, score, position in process.extract(
            folded, sharing, scorer=fuzz.token_set_ratio, limit=limit * 8
        ):
            scores[position] = max(scores.get(position, 0.0), score * _WORDS_WEIGHT)
        best = self._best(scores, without)
        if len(best) < limit:
            best = self._best(self._alike(folded, limit, 0) | scores, without)
        return tuple(best)[:limit]

    def _alike(self, folded: str, limit: int, cutoff: float) -> dict[int, float]:
        # A resource has several names, so more are scored than asked for.
        found = process.extract(
            folded, self._names, scorer=fuzz.ratio, limit=limit * 8, score_cutoff=cutoff
        )
        return {position: score for _, score, position in found}

    def _best(self, scores: dict[int, float], without: Collection[str]) -> list[Candidate]:
        best: dict[str, Candidate] = {}
        for position in sorted(scores, key=lambda p: (-scores[p], self._names[p], p)):
            iri, label = self._shown(position)
            if iri not in best and iri not in without:
                best[iri] = Candidate(iri=iri, label=label, score=round(scores[position], 1))
        return list(best.values())

    def _sharing_words(self, folded: str) -> list[int]:
        # Rare words first: they say most, and the common ones would crowd them out.
        found: dict[int, None] = {}
        for positions in sorted((self._by_word.get(w, []) for w in set(folded.split())), key=len):
            room = _WORD_MATCHES_SCORED - len(found)
            found.update(dict.fromkeys(positions[:room]))
        return list(found)
