"""How a member of a panel voted is told to whom the table lets see it, and to nobody else who reads the case."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from identity.administration import Administration
from models.identity import ActingPost, TokenScope
from office import Office, UnavailableError
from record.store import Store
from settings import Settings
from tests.builders import sample_directory
from tests.privacy.conftest import recorded
from tests.workflows.test_kill import CASE
from web.api.install import install
from web.app import create_app

MEMBER, SUBJECT = "区长", "区教育局长"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    store.migrate()
    yield store
    store.close()


def _timeline(store: Store, place: Path, post: str) -> list[dict[str, Any]]:
    at = Administration(store, sample_directory(), datetime.now(UTC))
    assert at.register(f"as-{len(post)}").accepted
    assert at.hold(f"as-{len(post)}", post, date(2026, 1, 1)).accepted
    token = at.issue_token(f"as-{len(post)}", "tests", TokenScope.ACT, ActingPost(post=post), timedelta(days=1)).secret

    async def no_office() -> Office:
        raise UnavailableError("no server here")

    settings = Settings(data_dir=place, database_url=store.url.render_as_string(hide_password=False))
    app = install(create_app(settings, store, no_office, sample_directory()))
    with TestClient(app, "http://127.0.0.1", headers={"Authorization": f"Bearer {token}"}) as client:
        answer = client.get(f"/api/v1/cases/{CASE}/timeline")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        opened = client.post(f"/api/v1/cases/{CASE}/openings", json={"reason": "阅卷"})
        assert opened.status_code == 200, opened.text
        # Opening the materials tells no more of the votes; every document is as the case's own words have it.
        assert [one["detail"] for one in opened.json()["timeline"] if one["act"] == "vote_cast"] == [
            one["detail"] for one in items if one["act"] == "vote_cast"
        ]
        return items


def test_the_subject_of_a_case_does_not_learn_how_its_panel_voted(store: Store, tmp_path: Path) -> None:
    recorded(store)
    member, subject = (_timeline(store, tmp_path, post) for post in (MEMBER, SUBJECT))

    votes = [one for one in member if one["act"] == "vote_cast"]
    assert [(one["by"], one["detail"]["choice"]) for one in votes] == [("区长", "P1"), ("区监委主任", "P1")]
    assert [one["seq"] for one in subject] == [one["seq"] for one in member]
    assert [one["detail"] for one in subject if one["act"] == "vote_cast"] == [{"ballot": 1}, {"ballot": 1}]
    for one in subject:
        assert '"choice"' not in json.dumps(one)
        if one["act"] != "vote_cast":
            assert one in member
