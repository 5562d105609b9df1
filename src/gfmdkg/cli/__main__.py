"""``python -m gfmdkg.cli`` is ``gfmdkg``."""

from gfmdkg.cli.main import main

main()
