"""Mails are kept in a folder, whole."""

import json
from dataclasses import asdict
from pathlib import Path

from awaithumans.server.channels.email.transports.file import FileTransport
from tests.support.clock import ManualClock
from tests.support.made import NOW
from tests.support.mails import a_mail


async def test_a_mail_is_a_file_with_all_of_it(tmp_path: Path) -> None:
    mail = a_mail(subject="Größe?", references="<a@example.com>")
    folder = tmp_path / "made" / "mails"
    outcome = await FileTransport(folder, ManualClock(NOW)).send(mail, "dlv_1")
    (path,) = folder.iterdir()
    assert path.name == "20260301T120000.250000Z-dlv_1.json"
    assert json.loads(path.read_text()) == {
        "sent_at": "2026-03-01T12:00:00.250000+00:00",
        "delivery_id": "dlv_1",
        **asdict(mail),
    }
    assert outcome.error is None
    assert outcome.answer == f"written to {path.name}"


async def test_a_mail_is_for_its_reader_alone(tmp_path: Path) -> None:
    await FileTransport(tmp_path, ManualClock(NOW)).send(a_mail(), "dlv_1")
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o077 == 0


async def test_files_are_in_the_order_in_which_mails_were_sent(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    for number in range(3):
        await FileTransport(tmp_path, clock).send(a_mail(subject=str(number)), "dlv_1")
        clock.advance(1)
    kept = [json.loads(path.read_text())["subject"] for path in sorted(tmp_path.iterdir())]
    assert kept == ["0", "1", "2"]


async def test_a_folder_that_is_none_is_told_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    outcome = await FileTransport(tmp_path / "taken", ManualClock(NOW)).send(a_mail(), "dlv_1")
    assert outcome.error is not None
    assert "can't be written to: File exists" in outcome.error
    assert not outcome.permanent
