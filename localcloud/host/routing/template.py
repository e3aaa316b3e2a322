"""Route templates: `orders/{id:int}/{name?}/{*rest}` parsed and compiled to one regular expression."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from localcloud.host.routing.constraints import Constraint, UnknownConstraintError, constraint
from localcloud.host.routing.parameters import Parameter, TemplateError, parse_parameter

_INCOMPLETE = (
    "There is an incomplete parameter in the route template. "
    "Check that each '{' character has a matching '}' character."
)
_DOUBLE_SLASH = (
    "The route template separator character '/' cannot appear consecutively. "
    "It must be separated by either a parameter or a literal value."
)
_NEIGHBOURS = (
    "A path segment cannot contain two consecutive parameters. They must be separated by a '/' or by a literal string."
)
_CATCH_ALL_LAST = "A catch-all parameter can only appear as the last segment of the route template."
_CATCH_ALL_ALONE = (
    "A path segment that contains more than one section, such as a literal section or a parameter, "
    "cannot contain a catch-all parameter."
)
Part = str | Parameter


@dataclass(frozen=True)
class Template:
    """A compiled route template."""

    text: str
    """The whole template as written, prefix included."""
    pattern: re.Pattern[str]
    parameters: tuple[Parameter, ...]
    checks: Mapping[str, tuple[Constraint, ...]] = field(default_factory=dict)

    def match(self, path: str) -> dict[str, str] | None:
        """The route values of a decoded path without its leading slash, or None. Absent optional values have no key."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        values: dict[str, str] = {}
        for number, parameter in enumerate(self.parameters):
            value = found.group(f"p{number}") or parameter.default
            if value is None and f"q{number}" in self.pattern.groupindex:
                value = found.group(f"q{number}")
            if value is not None:
                values[parameter.name] = value
        return values if self._accepts(values) else None

    def _accepts(self, values: dict[str, str]) -> bool:
        for parameter in self.parameters:
            value = values.get(parameter.name)
            if value is None and (parameter.optional or parameter.name not in self.checks):
                continue
            if not all(check(value or "") for check in self.checks.get(parameter.name, ())):
                return False
        return True


def parse_template(text: str) -> Template:
    """Compiles a template (prefix included). Raises TemplateError with the text that ASP.NET gives."""
    trimmed = text.removeprefix("~").removeprefix("/")
    segments = [_parse_segment(part) for part in _split(trimmed)]
    parameters = [part for segment in segments for part in segment if isinstance(part, Parameter)]
    _check_order(segments, parameters)
    checks = {p.name: _constraints(p, text) for p in parameters if p.constraints}
    return Template(
        text, re.compile(_pattern(segments, parameters), re.IGNORECASE | re.DOTALL), tuple(parameters), checks
    )


def _split(text: str) -> list[str]:
    """The template's segments; a slash inside braces doesn't separate."""
    if text == "":
        return []
    segments, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "/" and depth <= 0:
            segments.append(text[start:position])
            start = position + 1
    segments.append(text[start:])
    if len(segments) > 1 and segments[-1] == "":
        segments.pop()
    if "" in segments:
        raise TemplateError(_DOUBLE_SLASH)
    return segments


def _parse_segment(text: str) -> list[Part]:
    parts: list[Part] = []
    literal, position = "", 0
    while position < len(text):
        pair, character = text[position : position + 2], text[position]
        if pair in ("{{", "}}"):
            literal, position = literal + character, position + 2
        elif character == "{":
            end = _closing_brace(text, position)
            parts += [literal] if literal else []
            if parts and isinstance(parts[-1], Parameter):
                raise TemplateError(_NEIGHBOURS)
            parts.append(parse_parameter(text[position + 1 : end].replace("{{", "{").replace("}}", "}")))
            literal, position = "", end + 1
        elif character == "}":
            raise TemplateError(_INCOMPLETE)
        else:
            literal, position = literal + character, position + 1
    parts += [literal] if literal else []
    _check_segment(parts, text)
    return parts


def _closing_brace(text: str, start: int) -> int:
    position = start + 1
    while position < len(text):
        if text[position : position + 2] in ("}}", "{{"):
            position += 2
        elif text[position] == "}":
            return position
        else:
            position += 1
    raise TemplateError(_INCOMPLETE)


def _check_segment(parts: list[Part], text: str) -> None:
    for part in parts:
        if isinstance(part, str) and "?" in part:
            raise TemplateError(
                f"The literal section '{part}' is invalid. Literal sections cannot contain the '?' character."
            )
        if isinstance(part, Parameter) and part.catch_all and len(parts) > 1:
            raise TemplateError(_CATCH_ALL_ALONE)
        if isinstance(part, Parameter) and part.optional and len(parts) > 1:
            _check_optional(part, parts, text)


def _check_optional(part: Parameter, parts: list[Part], text: str) -> None:
    if parts[-1] is not part:
        raise TemplateError(
            f"An optional parameter must be at the end of the segment. In the segment '{text}', "
            f"optional parameter '{part.name}' is followed by '{parts[parts.index(part) + 1]}'."
        )
    if parts[-2] != ".":
        raise TemplateError(
            f"In the segment '{text}', the optional parameter '{part.name}' is preceded by an invalid segment "
            f"'{parts[-2]}'. Only a period (.) can precede an optional parameter."
        )


def _check_order(segments: list[list[Part]], parameters: list[Parameter]) -> None:
    seen: set[str] = set()
    for parameter in parameters:
        if parameter.name.lower() in seen:
            raise TemplateError(
                f"The route parameter name '{parameter.name}' appears more than one time in the route template."
            )
        seen.add(parameter.name.lower())
    for segment in segments[:-1]:
        if isinstance(segment[0], Parameter) and segment[0].catch_all:
            raise TemplateError(_CATCH_ALL_LAST)


def _constraints(parameter: Parameter, template: str) -> tuple[Constraint, ...]:
    checks = []
    for text in parameter.constraints:
        try:
            checks.append(constraint(text))
        except UnknownConstraintError as error:
            raise TemplateError(
                f"The constraint entry '{parameter.name}' - '{text}' on the route '{template}' could not be resolved by "
                "the constraint resolver of type 'DefaultInlineConstraintResolver'.",
                wrapped=False,
            ) from error
    return tuple(checks)


def _pattern(segments: list[list[Part]], parameters: list[Parameter]) -> str:
    """One expression for the whole path; trailing segments that may be missing nest in optional groups."""
    required = len(segments)
    while required and _omittable(segments[required - 1]):
        required -= 1
    numbers = {parameter.name: number for number, parameter in enumerate(parameters)}
    pattern, closing = "", ""
    for index, segment in enumerate(segments):
        opening = "/" if index else ""
        if index >= required:
            opening, closing = f"(?:{opening}", closing + ")?"
        pattern += opening + _segment_pattern(segment, numbers)
    return pattern + closing + "/?"


def _omittable(segment: list[Part]) -> bool:
    part = segment[0]
    return isinstance(part, Parameter) and len(segment) == 1 and part.omittable


def _segment_pattern(segment: list[Part], numbers: Mapping[str, int]) -> str:
    last = segment[-1]
    if isinstance(last, Parameter) and last.optional and len(segment) > 1:
        # "{name}.{ext?}": with the extension if there is one, else everything is the name (which then can't end in ".")
        whole = _parts_pattern(segment, numbers, "p")
        return f"(?:{whole}|{_parts_pattern(segment[:-2], numbers, 'q')}(?<!\\.))"
    return _parts_pattern(segment, numbers, "p")


def _parts_pattern(parts: list[Part], numbers: Mapping[str, int], prefix: str) -> str:
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += re.escape(part)
        elif part.catch_all:
            text += f"(?P<{prefix}{numbers[part.name]}>(?:[^/].*)?)"
        else:
            # greedy from the left = split at the last separator, as ASP.NET's right-to-left search does
            text += f"(?P<{prefix}{numbers[part.name]}>[^/]+)"
    return text
