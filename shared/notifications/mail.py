"""Sending mail, behind a small protocol: into a folder here, through whatever provider a deployment adds."""

import asyncio
import logging
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from shared.ids import new_id

logger = logging.getLogger(__name__)
_SENDER = "Durable Shop <no-reply@durable-shop.example>"


@dataclass(frozen=True)
class Mail:
    """One mail. `key` names what it tells of: two mails with the same key are the same mail."""

    key: str
    to: Address
    subject: str
    text: str
    sent_at: datetime


class Mailer(Protocol):
    """Something that delivers mail."""

    async def send(self, mail: Mail) -> bool:
        """Delivers the mail once for its key; False when it has been delivered before. Raises what passes by itself."""
        ...


class MailFolder:
    """Writes each mail as an `.eml` file, which every mail program opens. For development."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: Mail) -> bool:
        """Writes `<key>.eml` whole or not at all."""
        return await asyncio.to_thread(self._write, mail)

    def _write(self, mail: Mail) -> bool:
        path = self._folder / f"{re.sub(r'[^A-Za-z0-9_-]', '-', mail.key)}.eml"
        if path.exists():
            return False
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{new_id()}")
        unfinished.write_bytes(_message(mail).as_bytes())
        unfinished.replace(path)
        return True


class NoMailer:
    """Where no mailer is set up: says in the log that nothing was sent, and lets the shop go on."""

    async def send(self, mail: Mail) -> bool:
        """Sends nothing."""
        logger.warning("The mail %s isn't sent: the setting MAIL_FOLDER names no folder.", mail.key)
        return False


def mailer(folder: Path | None) -> Mailer:
    """The mailer that the setting MAIL_FOLDER asks for."""
    return NoMailer() if folder is None else MailFolder(folder)


def _message(mail: Mail) -> EmailMessage:
    # Only RFC 6532 (SMTPUTF8) has other letters before the @; every mail program knows the older form.
    message = EmailMessage(policy=SMTP if mail.to.username.isascii() else SMTPUTF8)
    message["From"] = _SENDER
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.sent_at)
    message["Message-ID"] = f"<{re.sub(r'[^A-Za-z0-9_-]', '.', mail.key)}@durable-shop.example>"
    message.set_content(mail.text)
    return message
