"""Whom a mail goes to: any name and any address that the shop accepts, as a header can carry them."""

from email.headerregistry import Address

from email_validator import validate_email

_ENCODED_WORD = "=?"
"""Opens an encoded word (RFC 2047): in a name it would be read as what it encodes."""


def printable(text: str) -> str:
    """The text in one line, without control characters and other signs that can't be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def mailbox(name: str, email: str) -> Address:
    """The recipient; a domain with other letters is written in its ASCII form. Raises EmailNotValidError."""
    checked = validate_email(email, check_deliverability=False)
    shown = printable(name).replace(_ENCODED_WORD, "= ?")
    return Address(display_name=shown, username=checked.local_part, domain=checked.ascii_domain)
