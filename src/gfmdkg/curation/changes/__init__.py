"""Change sets and history: submit, review, publish, compare, undo, rebuild, export."""

from gfmdkg.curation.changes.change_sets import ChangeSet, ChangeStore, Event, Input, State
from gfmdkg.curation.changes.exporting import Exported, export_files
from gfmdkg.curation.changes.history import Origins, blame, difference
from gfmdkg.curation.changes.rebuilding import Rebuilt, rebuild_all, rebuild_one
from gfmdkg.curation.changes.review import Review

__all__ = [
    "ChangeSet",
    "ChangeStore",
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
    "rebuild_all",
    "rebuild_one",
]
