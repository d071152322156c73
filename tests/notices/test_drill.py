"""A drill tells nobody, also in an office whose contacts are set."""

from pathlib import Path

import pytest

from drill.player import play_embedded
from rehearsal.scenarios import load
from tests.builders import SCENARIOS, sample_directory
from tests.notices.peers import Peer

CONTACTS = """
mail: env:TEST_MAIL_URL
otherwise: organ_mail
"""


async def test_a_drill_through_the_real_workflows_sends_nothing(
    tmp_path: Path, mail: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = tmp_path / "contacts.yaml"
    contacts.write_text(CONTACTS, encoding="utf-8")
    monkeypatch.setenv("DUBAN_CONTACTS_PATH", str(contacts))
    monkeypatch.setenv("TEST_MAIL_URL", f"mailto://127.0.0.1:{mail.port}?from=duban@example.invalid&to=x@b.cn")
    scenario = load(min(SCENARIOS.glob("01-*.yaml")))

    (acts,) = await play_embedded([scenario], sample_directory())

    assert any(act.tell for act in acts)
    assert mail.asked == 0
