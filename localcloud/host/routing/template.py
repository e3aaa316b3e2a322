"""Route templates: `orders/{id:int}/{name?}/{*rest}` parsed and compiled to one regular expression."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from localcloud.host.routing.constraints import Constraint, UnknownConstraintError, constraint
from localcloud.host.routing.parameters import Parameter, TemplateError
from localcloud.host.routing.segments import Part, parameters_of, parse_segments


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
    segments = parse_segments(text)
    parameters = parameters_of(segments)
    checks = {p.name: _constraints(p, text) for p in parameters if p.constraints}
    pattern = re.compile(_pattern(segments, parameters), re.IGNORECASE | re.DOTALL)
    return Template(text, pattern, tuple(parameters), checks)


def _constraints(parameter: Parameter, template: str) -> tuple[Constraint, ...]:
    checks = []
    for text in parameter.constraints:
        try:
            checks.append(constraint(text))
        except UnknownConstraintError as error:
            raise TemplateError(
                f"The constraint entry '{parameter.name}' - '{text}' on the route '{template}' could not be resolved "
                "by the constraint resolver of type 'DefaultInlineConstraintResolver'.",
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
