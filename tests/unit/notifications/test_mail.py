"""Mails as files: readable, whole, once."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from shared.accounts.user import User
from shared.events.event import Event
from shared.notifications.confirmation import compose
from shared.notifications.mail import Mail, MailFolder, NoMailer, mailer
from tests.unit.orders.orders import NOW, order


def _mail(name: str = "Zoë\nBcc: x", address: str = "zoe@example.com") -> Mail:
    event = Event(
        id="o1:7", type="order.confirmed", time="2026-03-01T12:00:00.000000Z", aggregate="o1", sequence=7, data={}
    )
    user = User(id="u1", email=address, name=name, password_hash="-", created_at=NOW, updated_at=NOW)
    return compose(event, order("o1"), user)


def _only_file(folder: Path) -> Path:
    [path] = folder.iterdir()
    return path


def _opened(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


async def test_a_confirmation_is_a_file_that_a_mail_program_opens(tmp_path: Path) -> None:
    assert await MailFolder(tmp_path / "mail").send(_mail())
    path = _only_file(tmp_path / "mail")
    message = _opened(path)
    assert path.name == "o1-7.eml"
    assert message["Subject"] == "Your order o1 is confirmed"
    [to] = message["To"].addresses
    assert (to.display_name, to.addr_spec, message["Bcc"]) == ("Zoë Bcc: x", "zoe@example.com", None)
    assert message["Date"].datetime == datetime(2026, 3, 1, 12, tzinfo=UTC)
    body = message.get_content()
    assert "2 x Lamp: 20.00 USD" in body
    assert "Total: 20.00 USD" in body
    assert "1 Main St" in body


@pytest.mark.parametrize(
    ("name", "address", "shown", "reached"),
    [
        ("Zoe", "zoe@müller.example", "Zoe", "zoe@xn--mller-kva.example"),
        ("=?utf-8?q?Bcc=3A?=", "zoe@example.com", "= ?utf-8?q?Bcc=3A?=", "zoe@example.com"),
        ('"Zoe" <x@example.org>, y\x00', "o'z+tag@example.com", '"Zoe" <x@example.org>, y', "o'z+tag@example.com"),
    ],
)
async def test_any_name_and_address_that_the_shop_accepts_gets_its_mail(
    tmp_path: Path, name: str, address: str, shown: str, reached: str
) -> None:
    assert await MailFolder(tmp_path).send(_mail(name, address))
    message = _opened(_only_file(tmp_path))
    [to] = message["To"].addresses
    assert (to.display_name, to.addr_spec) == (shown, reached)
    assert message.get_content().splitlines()[0] == f"Hello {shown.replace('= ?', '=?')},"


async def test_an_address_with_other_letters_before_the_at_is_written_as_utf8(tmp_path: Path) -> None:
    assert await MailFolder(tmp_path).send(_mail("Zoë", "zoë@example.com"))
    assert "\r\nTo: Zoë <zoë@example.com>\r\n" in _only_file(tmp_path).read_bytes().decode()


async def test_the_same_mail_is_written_once(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path)
    assert await folder.send(_mail()) is True
    path = _only_file(tmp_path)
    path.write_text("read already", encoding="utf-8")
    assert await folder.send(_mail()) is False
    assert path.read_text(encoding="utf-8") == "read already"


async def test_without_a_folder_nothing_is_sent_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    without = mailer(None)
    assert isinstance(without, NoMailer)
    assert await without.send(_mail()) is False
    assert "The mail o1:7 isn't sent: the setting MAIL_FOLDER names no folder." in caplog.text
    assert "zoe" not in caplog.text
