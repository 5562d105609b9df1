"""The files of recordings: one block an exchange, so that a change of one is one hunk."""

from collections.abc import Iterable, Mapping
from pathlib import Path

__all__ = ["FOLDER", "named", "read_blocks", "write_blocks"]

FOLDER = Path(__file__).parent
_MARK = "=== "


def named(titles: Iterable[str]) -> list[str]:
    """Each title; where one comes again, with how often it came before."""
    seen: dict[str, int] = {}
    found = []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        found.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return found


def write_blocks(file: Path, blocks: Mapping[str, str]) -> None:
    file.parent.mkdir(exist_ok=True)
    text = "".join(f"{_MARK}{title}\n{escaped(block)}\n\n" for title, block in blocks.items())
    file.write_text(text, encoding="utf-8")


def escaped(block: str) -> str:
    """A block without what would begin another, and without space at the ends of lines."""
    lines = block.rstrip("\n").replace("\r", "␍").split("\n")
    return "\n".join(
        (("\\" if line.startswith(_MARK) else "") + line.rstrip(" ")).rstrip() for line in lines
    )


def read_blocks(file: Path) -> dict[str, str]:
    blocks: dict[str, str] = {}
    if file.exists():
        for part in ("\n" + file.read_text(encoding="utf-8")).split(f"\n{_MARK}")[1:]:
            title, _, block = part.partition("\n")
            blocks[title] = block.rstrip("\n")
    return blocks
