"""Changing a published graph: who may, what a change is, and how it becomes a version."""
