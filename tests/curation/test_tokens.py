"""Tokens: shown once, stored hashed, revocable, with roles."""

from pathlib import Path

import pytest

from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.errors import Forbidden, NotFound, StoreError, Unauthorized


def test_a_new_token_opens_the_door_that_its_role_allows(tmp_path: Path) -> None:
    tokens = TokenStore(tmp_path)
    secret, record = tokens.create(name="Ada", role=Role.SUBMITTER)
    assert tokens.authorize(f"Bearer {secret}", needed=Role.SUBMITTER) == record
    with pytest.raises(Forbidden, match="reviewer"):
        tokens.authorize(f"Bearer {secret}", needed=Role.REVIEWER)


def test_a_reviewer_may_do_what_a_submitter_may(tmp_path: Path) -> None:
    tokens = TokenStore(tmp_path)
    secret, _ = tokens.create(name="Ada", role=Role.REVIEWER)
    assert tokens.authorize(f"bearer {secret}", needed=Role.SUBMITTER).name == "Ada"


def test_the_file_holds_no_token_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    secret, _ = TokenStore(tmp_path).create(name="Ada", role=Role.REVIEWER)
    file = tmp_path / "tokens.json"
    assert secret not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic abc", "Bearer wrong"])
def test_a_header_without_a_known_token_is_unauthorized(tmp_path: Path, header: str | None) -> None:
    tokens = TokenStore(tmp_path)
    tokens.create(name="Ada", role=Role.REVIEWER)
    with pytest.raises(Unauthorized):
        tokens.authorize(header, needed=Role.SUBMITTER)


def test_a_revoked_token_is_worthless(tmp_path: Path) -> None:
    tokens = TokenStore(tmp_path)
    secret, record = tokens.create(name="Ada", role=Role.REVIEWER)
    kept, _ = tokens.create(name="Bo", role=Role.REVIEWER)
    assert tokens.revoke(record.id).revoked is not None
    with pytest.raises(Unauthorized):
        tokens.authorize(f"Bearer {secret}", needed=Role.SUBMITTER)
    assert tokens.authorize(f"Bearer {kept}", needed=Role.SUBMITTER).name == "Bo"
    assert [t.name for t in tokens.all()] == ["Ada", "Bo"]


def test_revoking_an_unknown_token_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="token"):
        TokenStore(tmp_path).revoke("none")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokens.json").write_text("[{}]")
    with pytest.raises(StoreError, match="tokens.json"):
        TokenStore(tmp_path).all()
