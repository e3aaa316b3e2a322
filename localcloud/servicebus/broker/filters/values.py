"""The properties of a message as filters see them, and three-valued logic."""

from dataclasses import dataclass, replace
from typing import Any

from localcloud.servicebus.amqp import sections
from localcloud.servicebus.amqp.encode import encode_described
from localcloud.servicebus.broker.message import Content

_FIELDS = {
    "messageid": 0,
    "to": 2,
    "label": 3,
    "subject": 3,
    "replyto": 4,
    "correlationid": 5,
    "contenttype": 6,
    "sessionid": 10,
    "replytosessionid": 12,
}
"""System properties in lower case, and their places in the properties section."""
_SESSION = 10


@dataclass(slots=True)
class Properties:
    """System and user properties of one message; user properties are found in any case, as on Azure."""

    fields: list[Any]
    user: dict[str, Any]

    @classmethod
    def of(cls, content: Content) -> "Properties":
        """Those of a message."""
        parts = sections.parse(content.bare)
        fields = parts.properties + [None] * (13 - len(parts.properties))
        return cls(fields, {str(key): value for key, value in parts.application_properties.items()})

    def system(self, name: str) -> Any:
        """A system property; None when it is missing or no such property exists."""
        place = _FIELDS.get(name.lower())
        return None if place is None else self.fields[place]

    def of_user(self, name: str) -> Any:
        """A user property; None when it is missing."""
        if name in self.user:
            return self.user[name]
        return next((value for key, value in self.user.items() if key.lower() == name.lower()), None)

    def set(self, name: str, value: Any) -> None:
        """Sets a user property; None removes it."""
        found = next((key for key in self.user if key.lower() == name.lower()), name)
        self.user.pop(found, None)
        if value is not None:
            self.user[found] = value

    def set_system(self, name: str, value: Any) -> None:
        """Sets a system property."""
        self.fields[_FIELDS[name.lower()]] = value

    def applied_to(self, content: Content) -> Content:
        """The message with these properties."""
        parts = sections.parse(content.bare)
        head = encode_described(sections.PROPERTIES, self.fields)
        user = encode_described(sections.APPLICATION_PROPERTIES, self.user)
        session = self.fields[_SESSION]
        return replace(
            content,
            bare=head + user + parts.bare[parts.body_start :],
            message_id=self.fields[0],
            session_id=None if session is None else str(session),
        )


def is_system(name: str) -> bool:
    """Whether there is such a system property."""
    return name.lower() in _FIELDS


def both(left: bool | None, right: bool | None) -> bool | None:
    """AND of true, false and unknown (None)."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(left: bool | None, right: bool | None) -> bool | None:
    """OR of true, false and unknown (None)."""
    if left is True or right is True:
        return True
    return None if left is None or right is None else False


def opposite(value: bool | None) -> bool | None:
    """NOT of true, false and unknown (None)."""
    return None if value is None else not value


def truth(value: Any) -> bool | None:
    """A value as a condition: what is not boolean is unknown."""
    return value if isinstance(value, bool) else None
