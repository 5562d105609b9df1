"""The way of a new curator by the guide alone: from a template to a version, and back."""

import csv
import shutil
from pathlib import Path

from click.testing import Result
from tests.command import Run

REPORT = "gfmd-dialogue-gcm-2017-04-06-c1"


def fill(template: Path, cited: tuple[str, str, str]) -> None:
    """Write three citations below the notes of a template."""
    with template.open(encoding="utf-8-sig", newline="") as file:
        headings = next(csv.reader(file))
    with template.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, headings)
        for passage, name in zip(("pol-01", "pol-02", "pol-04"), cited, strict=True):
            writer.writerow(
                {
                    "passage": f"{REPORT}/{passage}",
                    "cites": name,
                    "matched text": "UN CMW",
                    "intents": "comply",
                    "assertion": "explicit",
                    "confidence": "1.0",
                    "review status": "accepted",
                    "asserted by": "group-gfmdkg-curators",
                }
            )


def test_a_curator_goes_from_a_template_to_a_published_version_and_back(
    run: Run, shipped_store: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    shutil.copytree(shipped_store, store)
    table = tmp_path / "citations.csv"

    def call(*arguments: str) -> Result:
        return run(*arguments, store=store)

    def citing() -> set[str]:
        answer = call("run", "recommendations-citing", "--instrument", "CMW", "--format", "csv")
        assert answer.exit_code == 0, answer.stderr
        rows = csv.DictReader(answer.stdout.splitlines())
        return {row["recommendation"].rpartition("/")[2] for row in rows}

    before = citing()
    assert before == {"pol-03"}
    assert call("table", "template", "citations", "-o", str(table)).exit_code == 0
    fill(table, ("CMW", "CNW", "CMW"))

    faulty = call("validate", str(table))
    assert faulty.exit_code == 1
    assert f"{table}: B4: violation" in faulty.stdout
    assert "nearest: “CMW”" in faulty.stdout
    assert "does not conform: 1 violation" in faulty.stdout

    table.write_text(table.read_text("utf-8").replace("CNW", "CMW"), encoding="utf-8")
    sound = call("validate", str(table))
    assert (sound.exit_code, sound.stdout) == (0, "conforms: no findings\n")
    submitted = call("submit", str(table), "-m", "Three citations", "--as", "Ada")
    assert submitted.exit_code == 0, submitted.stderr
    number = submitted.stdout.split()[2].rstrip(":")
    assert citing() == before
    assert call("changes", "accept", number, "--as", "Bo").exit_code == 0
    published = call("changes", "publish", number, "--as", "Bo")
    assert published.exit_code == 0, published.stderr
    assert citing() == {"pol-01", "pol-02", "pol-03", "pol-04"}

    # A record that exists is corrected where it lives, not described twice.
    exported = tmp_path / "instruments.csv"
    assert call("table", "export", "instruments", "-o", str(exported)).exit_code == 0
    text = exported.read_text("utf-8")
    assert text.count("1990-12-18") == 1
    exported.write_text(text.replace("1990-12-18", "1990-12-19"), encoding="utf-8")
    corrected = call("submit", str(exported), "-m", "A day later", "--as", "Ada")
    assert "submitted, +1 -1" in corrected.stdout, corrected.stderr

    version = published.stdout.split()[1].rstrip(":")
    assert call("revert", version, "-m", "wrong convention").exit_code == 0
    assert citing() == before
