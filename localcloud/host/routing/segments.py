"""Route templates taken apart: segments of literals and parameters, with ASP.NET's rules and error texts."""

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
"""A literal or a parameter of a segment."""


def parse_segments(text: str) -> list[list[Part]]:
    """The segments of a template. Raises TemplateError with the text that ASP.NET gives."""
    trimmed = text.removeprefix("~").removeprefix("/")
    segments = [_parse_segment(part) for part in _split(trimmed)]
    _check_order(segments, parameters_of(segments))
    return segments


def parameters_of(segments: list[list[Part]]) -> list[Parameter]:
    """All parameters, from left to right."""
    return [part for segment in segments for part in segment if isinstance(part, Parameter)]


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
