"""Change sets and history: submit, review, publish, compare, undo, rebuild, export."""

from gfmdkg.curation.changes.change_set import ChangeSet, Event, Input, State
from gfmdkg.curation.changes.change_store import ChangeStore
from gfmdkg.curation.changes.exporting import Exported, export_files
from gfmdkg.curation.changes.history import Origins, blame, difference
from gfmdkg.curation.changes.rebuilding import Rebuilt, rebuild_all, rebuild_one
from gfmdkg.curation.changes.review import Review
from gfmdkg.curation.changes.submission import RDF_PATCH, Document, Effect, media_type_of

__all__ = [
    "RDF_PATCH",
    "ChangeSet",
    "ChangeStore",
    "Document",
    "Effect",
    "Event",
    "Exported",
    "Input",
    "Origins",
    "Rebuilt",
    "Review",
    "State",
    "blame",
    "difference",
    "export_files",
    "media_type_of",
    "rebuild_all",
    "rebuild_one",
]
