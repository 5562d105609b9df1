"""``validate``."""

import glob
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import click

from gfmdkg.build.sources import SYNTAXES, read_files
from gfmdkg.cli.context import (
    EXIT_FAULTS,
    CliContext,
    content_option,
    format_option,
    pass_cli,
    shown_progress,
)
from gfmdkg.curation.tables.source import is_table
from gfmdkg.errors import DataError, Fault
from gfmdkg.paths import Content, shipped_content
from gfmdkg.store.loading import Progress
from gfmdkg.validation import Report, Severity
from gfmdkg.validation.findings import to_terminal
from gfmdkg.validation.views import VIEWS

__all__ = ["expand", "validate", "watch"]

_STANDARD_INPUT = Path("-")
_POLL_SECONDS = 0.3
# A fix may bring another to light, such as that of a value that a retired property had.
_MOST_ROUNDS = 5


@click.command(short_help="Check files against the rules.")
@click.argument("files", nargs=-1, metavar="FILE…")
@content_option
@click.option(
    "--against",
    type=click.IntRange(min=1),
    metavar="VERSION",
    help="Check in the context of this version of the store. Default: the current one.",
)
@click.option(
    "--syntax",
    type=click.Choice(tuple(SYNTAXES)),
    help="The syntax of the files, where their names do not tell, and of standard input.",
)
@format_option(VIEWS, "How to write the report.", default="text")
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    default="violation",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option("--fix", is_flag=True, help="Mend in the Turtle files what can be mended for sure.")
@click.option("--watch", "watches", is_flag=True, help="Check again whenever a file changes.")
@pass_cli
def validate(
    cli: CliContext,
    files: tuple[str, ...],
    content: Content,
    against: int | None,
    syntax: str | None,
    format_name: str,
    fail_on: str,
    fix: bool,
    watches: bool,
) -> None:
    """Check files against the rules, in the context of the published graph.

    Reads Turtle, TriG, N-Triples, N-Quads, JSON-LD, RDF/XML and the tables of “gfmdkg table”,
    CSV and XLSX. FILE may be a pattern (*.ttl) or a folder; “-” reads standard input. Without
    FILE the shipped content itself is checked. A file that is part of the content is checked
    in place of the copy there.

    Only what the files can affect is looked at, unless that cannot be told. Where your store
    is empty, or --content names another folder, the context is the content's files, and all
    is checked.

    The exit code is 0 where nothing reaches --fail-on, 1 where something does or a file
    cannot be read, 2 where the command is wrong.
    """
    paths = expand(files)
    if (fix or watches) and (not paths or _STANDARD_INPUT in paths):
        raise click.UsageError("--fix and --watch need FILEs, and none of them standard input")
    check = _checker(cli, paths, content, against, syntax)

    def run() -> Report:
        with shown_progress(cli, "validating") as progress:
            report = check(progress)
            if fix:
                report, count = _fix_all(paths, report, lambda: check(progress))
        if fix:
            cli.say(f"mended {count} {'finding' if count == 1 else 'findings'}")
        if format_name == "text":
            has_colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
            click.echo(to_terminal(report, colour=has_colour))
        else:
            click.echo(VIEWS[format_name].write(report).rstrip("\n"))
        return report

    if watches:
        cli.say(f"watching {len(paths)} files; stop with Ctrl-C")
        watch(paths, run)
    elif run().reaches(Severity(fail_on)):
        raise SystemExit(EXIT_FAULTS)


def _checker(
    cli: CliContext,
    paths: Sequence[Path],
    content: Content,
    against: int | None,
    syntax: str | None,
) -> Callable[[Progress], Report]:
    """What checks the files; with tables among them, against a version, whose names they use."""
    # rdflib and pyshacl take 0.2 s to import, and the help needs neither.
    from gfmdkg.curation.file_validation import FileValidator

    tables = [path for path in paths if is_table(path.name)]
    others = [path for path in paths if path not in tables]
    version = cli.versions().get(against) if against else None
    if version is None and content == shipped_content():
        version = cli.versions().current()
    if tables and version is None:
        version = cli.version()
    follows_files = not against and not tables
    validator = FileValidator(content, against=version, follows_files=follows_files)
    named = [(path.as_posix(), path) for path in tables]
    return lambda progress: validator.validate(
        read_files(others, standard_input=sys.stdin.buffer, syntax=syntax), named, progress=progress
    )


def expand(files: Sequence[str]) -> list[Path]:
    """The paths that names, patterns and folders stand for, each once.

    Raises ``DataError`` for a pattern or folder that has no files.
    """
    extensions = tuple(f".{name}" for name in SYNTAXES)
    found: list[Path] = []
    for name in files:
        path = Path(name)
        if path.is_dir():
            matches = sorted(p for p in path.rglob("*") if p.suffix in extensions)
        elif not path.exists() and glob.has_magic(name):
            # pathlib's own glob takes no absolute patterns.
            matches = sorted(Path(p) for p in glob.glob(name, recursive=True))  # noqa: PTH207
        else:
            matches = [path]
        if not matches:
            fault = Fault(message="no file is meant by this", file=name)
            raise DataError("nothing to validate", [fault])
        found += matches
    return list(dict.fromkeys(found))


def _fix_all(
    paths: Sequence[Path], report: Report, check: Callable[[], Report]
) -> tuple[Report, int]:
    # It imports rdflib, which a validation did before.
    from gfmdkg.validation.fixing import mend

    total = 0
    for _ in range(_MOST_ROUNDS):
        count = sum(mend(path, report) for path in paths if not is_table(path.name))
        if not count:
            break
        total += count
        report = check()
    return report, total


def watch(
    paths: Sequence[Path],
    run: Callable[[], object],
    *,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Run now and after every change of a file, until interrupted."""
    seen: object = None
    with suppress(KeyboardInterrupt):
        while True:
            state = [_stamp(path) for path in paths]
            if state != seen:
                seen = state
                try:
                    run()
                except DataError as error:
                    click.echo(f"gfmdkg: {error.message}", err=True)
            wait(_POLL_SECONDS)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
