"""The inside of a template's braces: name, constraints, default, optional, catch-all."""

from dataclasses import dataclass


class TemplateError(Exception):
    """A template that ASP.NET refuses, with ASP.NET's text.

    `wrapped` tells that the parser refused it, not the constraint resolver; the host's message differs.
    """

    def __init__(self, text: str, *, wrapped: bool = True) -> None:
        super().__init__(text)
        self.wrapped = wrapped


@dataclass(frozen=True)
class Parameter:
    """One `{...}` of a template."""

    name: str
    constraints: tuple[str, ...] = ()
    default: str | None = None
    optional: bool = False
    catch_all: bool = False

    @property
    def omittable(self) -> bool:
        """Whether a path may end before this parameter."""
        return self.optional or self.catch_all or self.default is not None


def parse_parameter(text: str) -> Parameter:
    """Parses what stands between the braces, e.g. `id:int:min(5)`, `x?`, `x=5`, `*rest`. Raises TemplateError."""
    stars = len(text) - len(text.lstrip("*"))
    body = text[min(stars, 2) :]
    name, constraints, default = _dissect(body)
    optional = False
    if default is None and body.endswith("?"):
        optional = True
        if constraints:
            constraints[-1] = constraints[-1].removesuffix("?")
        else:
            name = name.removesuffix("?")
    elif default is not None and default.endswith("?"):
        raise TemplateError("An optional parameter cannot have default value.")
    if stars and optional:
        raise TemplateError("A catch-all parameter cannot be marked optional.")
    if not name or any(character in name for character in "/{}?*"):
        raise TemplateError(
            f"The route parameter name '{name}' is invalid. Route parameter names must be non-empty and cannot "
            "contain these characters: '{', '}', '/'. The '?' character marks a parameter as optional, and can occur "
            "only at the end of the parameter. The '*' character marks a parameter as catch-all, and can occur only at "
            "the start of the parameter."
        )
    return Parameter(name, tuple(c for c in constraints if c), default, optional, bool(stars))


def _dissect(text: str) -> tuple[str, list[str], str | None]:
    """Name, constraint texts and default of a parameter; `:` and `=` inside parentheses don't separate."""
    pieces, depth, start = [], 0, 0
    for position, character in enumerate(text):
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif depth <= 0 and character == ":":
            pieces.append(text[start:position])
            start = position + 1
        elif depth <= 0 and character == "=":
            pieces.append(text[start:position])
            return pieces[0], pieces[1:], text[position + 1 :]
    pieces.append(text[start:])
    return pieces[0], pieces[1:], None
