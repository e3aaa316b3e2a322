"""Atom entries, feeds and errors as XML, and the description in a request's body."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from xml.etree import ElementTree as ET

ATOM = "{http://www.w3.org/2005/Atom}"
SERVICE_BUS = "{http://schemas.microsoft.com/netservices/2010/10/servicebus/connect}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


class RequestError(Exception):
    """A request is refused."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


@dataclass(frozen=True)
class Entry:
    """One entity in a feed. `path` is below the namespace's address; times are milliseconds since 1970."""

    path: str
    title: str
    description: ET.Element
    created_at: int = 0
    updated_at: int = 0


def moment(milliseconds: int) -> str:
    """A time as Service Bus writes it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def entry_element(entry: Entry, base: str) -> ET.Element:
    """`<entry>` with the description as its content. `base` is the namespace's address."""
    found = ET.Element(f"{ATOM}entry")
    address = f"{base}/{entry.path}"
    for name, text in (
        ("id", address),
        ("title", entry.title),
        ("published", moment(entry.created_at)),
        ("updated", moment(entry.updated_at)),
    ):
        ET.SubElement(found, ATOM + name).text = text
    author = ET.SubElement(found, f"{ATOM}author")
    ET.SubElement(author, f"{ATOM}name").text = "localcloud"
    ET.SubElement(found, f"{ATOM}link", {"rel": "self", "href": address})
    ET.SubElement(found, f"{ATOM}content", {"type": "application/xml"}).append(entry.description)
    return found


def feed_element(title: str, address: str, entries: Sequence[ET.Element], next_page: str | None) -> ET.Element:
    """`<feed>` with a link to the next page, if there is one."""
    found = ET.Element(f"{ATOM}feed")
    ET.SubElement(found, f"{ATOM}title", {"type": "text"}).text = title
    ET.SubElement(found, f"{ATOM}id").text = address
    ET.SubElement(found, f"{ATOM}updated").text = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ET.SubElement(found, f"{ATOM}link", {"rel": "self", "href": address})
    if next_page is not None:
        ET.SubElement(found, f"{ATOM}link", {"rel": "next", "href": next_page})
    found.extend(entries)
    return found


def error_element(status: HTTPStatus, detail: str) -> ET.Element:
    """`<Error>` as clients read it."""
    found = ET.Element("Error")
    ET.SubElement(found, "Code").text = str(int(status))
    ET.SubElement(found, "Detail").text = detail
    return found


def description_in(body: bytes, name: str) -> ET.Element:
    """The description called `name` in the entry of a request. Raises RequestError."""
    if b"<!DOCTYPE" in body:
        raise RequestError(HTTPStatus.BAD_REQUEST, "A document type declaration is not allowed.")
    try:
        entry = ET.fromstring(body)  # noqa: S314 - no declarations: no entities to expand
    except ET.ParseError as error:
        raise RequestError(HTTPStatus.BAD_REQUEST, f"The body is no valid XML: {error}.") from error
    found = entry.find(f"{ATOM}content/{SERVICE_BUS}{name}")
    if entry.tag != f"{ATOM}entry" or found is None:
        raise RequestError(HTTPStatus.BAD_REQUEST, f"The body must be an Atom entry with a {name} as its content.")
    return found


def local_name(element: ET.Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def add(parent: ET.Element, name: str, text: str, **attributes: str) -> ET.Element:
    """A child in Service Bus's namespace."""
    found = ET.SubElement(parent, SERVICE_BUS + name, attributes)
    found.text = text
    return found


def serialized(element: ET.Element) -> bytes:
    """The bytes of an answer."""
    return bytes(ET.tostring(element, encoding="utf-8", xml_declaration=True))
