"""What the graph says of one resource: one description for programs, pages and commands."""

from gfmdkg.resources.describing import describe, describing, identify, not_found, resource_query
from gfmdkg.resources.model import Description

__all__ = ["Description", "describe", "describing", "identify", "not_found", "resource_query"]
