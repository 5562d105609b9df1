"""The command line: ``gfmdkg``."""

from gfmdkg.cli.main import main

__all__ = ["main"]
