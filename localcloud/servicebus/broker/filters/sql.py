"""SQL filters and actions: text to functions (syntax: Microsoft's "Subscription rule SQL filter/action syntax")."""

import operator
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError

from localcloud.like_pattern import compile_like
from localcloud.servicebus.broker.filters.values import Properties, both, either, is_system, opposite, truth

LONGEST = 1024
Evaluate = Callable[[Properties], Any]
Act = Callable[[Properties], None]
_Name = tuple[str, str]

_PARSER = Lark(
    Path(__file__).with_name("grammar.lark").read_text(),
    parser="lalr",
    start=["start", "actions"],
    maybe_placeholders=True,
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class FilterError(Exception):
    """The text is no valid filter or action; the message says where."""


@lru_cache(maxsize=512)
def compile_filter(text: str) -> Evaluate:
    """The condition of a filter; it answers true, false or None for unknown. Raises FilterError."""
    compiled: Evaluate = _compiled(text, "start")
    return compiled


@lru_cache(maxsize=512)
def compile_action(text: str) -> Act:
    """The action. Raises FilterError."""
    compiled: Act = _compiled(text, "actions")
    return compiled


def _compiled(text: str, start: str) -> Any:
    if len(text) > LONGEST:
        raise FilterError(f"The expression is longer than {LONGEST} characters.")
    try:
        return _Compiler().transform(_PARSER.parse(text, start=start))
    except LarkError as error:
        cause = error.__context__ if isinstance(error.__context__, FilterError) else error
        first = str(cause).strip().splitlines()[0]
        raise FilterError(f"The SQL expression {text!r} is not valid: {first}") from error
    except RecursionError:
        raise FilterError("The SQL expression is nested too deeply.") from None


def _same_kind(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return isinstance(left, bool) and isinstance(right, bool)
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    return numbers or (isinstance(left, str) and isinstance(right, str)) or type(left) is type(right)


def _equal(left: Any, right: Any) -> bool | None:
    return left == right if _same_kind(left, right) and left is not None else None


def _calculate(sign: str, left: Any, right: Any) -> Any:
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        return str(left) + str(right)
    if any(isinstance(side, bool) or not isinstance(side, int | float) for side in (left, right)):
        return None
    whole = isinstance(left, int) and isinstance(right, int)
    if sign in "/%" and right == 0:
        return None
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return int(left / right) if whole else left / right
        case _:
            return left - right * int(left / right)


def _pattern(text: str, escape: str | None) -> re.Pattern[str]:
    parts: list[str | None] = []
    position = 0
    while position < len(text):
        sign = text[position]
        if escape and sign == escape and position + 1 < len(text):
            position += 1
            parts.append(re.escape(text[position]))
        else:
            parts.append({"%": None, "_": "."}.get(sign, re.escape(sign)))
        position += 1
    return compile_like(parts)


@v_args(inline=True)
class _Compiler(Transformer[Token, Any]):
    """Turns each rule of the grammar into a function of the message's properties."""

    def NAME(self, token: Token) -> str:  # noqa: N802 - named after the grammar's terminal
        text = str(token)
        if text[0] == "[":
            return text[1:-1].replace("]]", "]")
        if text[0] == '"':
            return text[1:-1].replace('""', '"')
        if text[0] == "@":
            raise FilterError(f"The parameter {text} has no value.")
        return text

    def property(self, name: str) -> _Name:
        return "user", name

    def scoped(self, scope: Token, name: str) -> _Name:
        kind = str(scope).split(".")[0].strip().lower()
        if kind == "sys" and not is_system(name):
            raise FilterError(f"There is no system property {name}.")
        return kind, name

    def read(self, name: _Name) -> Evaluate:
        if name[0] == "sys":
            return lambda properties: properties.system(name[1])
        return lambda properties: properties.of_user(name[1])

    def exists(self, name: _Name) -> Evaluate:
        read = self.read(name)
        return lambda properties: read(properties) is not None

    def set_property(self, name: _Name, value: Evaluate) -> Act:
        if name[0] == "sys":
            return lambda properties: properties.set_system(name[1], value(properties))
        return lambda properties: properties.set(name[1], value(properties))

    def remove_property(self, name: _Name) -> Act:
        if name[0] == "sys":
            raise FilterError("System properties can't be removed.")
        return lambda properties: properties.set(name[1], None)

    def actions(self, *steps: Act) -> Act:
        def act(properties: Properties) -> None:
            for step in steps:
                step(properties)

        return act

    def number(self, token: Token) -> Evaluate:
        text = str(token)
        is_whole = text.isdecimal() or text[:2].lower() == "0x"
        value = int(text, 16 if text[:2].lower() == "0x" else 10) if is_whole else float(text)
        return lambda _: value

    def text(self, token: Token) -> Evaluate:
        value = str(token)[1:-1].replace("''", "'")
        return lambda _: value

    def true(self) -> Evaluate:
        return lambda _: True

    def false(self) -> Evaluate:
        return lambda _: False

    def null(self) -> Evaluate:
        return lambda _: None

    def new_id(self) -> Evaluate:
        return lambda _: str(uuid4())

    def negative(self, value: Evaluate) -> Evaluate:
        return lambda properties: _calculate("-", 0, value(properties))

    def calculated(self, left: Evaluate, sign: Token, right: Evaluate) -> Evaluate:
        return lambda properties: _calculate(str(sign), left(properties), right(properties))

    def compared(self, left: Evaluate, sign: Token, right: Evaluate) -> Evaluate:
        compare = _COMPARE[str(sign)]

        def evaluate(properties: Properties) -> bool | None:
            one, other = left(properties), right(properties)
            if one is None or other is None or not _same_kind(one, other):
                return None
            try:
                return compare(one, other)
            except TypeError:  # such as two maps
                return None

        return evaluate

    def among(self, value: Evaluate, *choices: Evaluate) -> Evaluate:
        def evaluate(properties: Properties) -> bool | None:
            found, result = value(properties), False
            answer: bool | None = result
            for choice in choices:
                answer = either(answer, _equal(found, choice(properties)))
            return answer

        return evaluate

    def not_among(self, value: Evaluate, *choices: Evaluate) -> Evaluate:
        inner = self.among(value, *choices)
        return lambda properties: opposite(inner(properties))

    def like(self, value: Evaluate, pattern: Evaluate, escape: Evaluate | None) -> Evaluate:
        def evaluate(properties: Properties) -> bool | None:
            text, wanted = value(properties), pattern(properties)
            sign = None if escape is None else escape(properties)
            if not isinstance(text, str) or not isinstance(wanted, str):
                return None
            return _pattern(wanted, sign).fullmatch(text) is not None

        return evaluate

    def not_like(self, value: Evaluate, pattern: Evaluate, escape: Evaluate | None) -> Evaluate:
        inner = self.like(value, pattern, escape)
        return lambda properties: opposite(inner(properties))

    def is_null(self, value: Evaluate) -> Evaluate:
        return lambda properties: value(properties) is None

    def is_not_null(self, value: Evaluate) -> Evaluate:
        return lambda properties: value(properties) is not None

    def negated(self, value: Evaluate) -> Evaluate:
        return lambda properties: opposite(truth(value(properties)))

    def all_of(self, *values: Evaluate) -> Evaluate:
        def evaluate(properties: Properties) -> bool | None:
            answer: bool | None = True
            for value in values:
                answer = both(answer, truth(value(properties)))
            return answer

        return values[0] if len(values) == 1 else evaluate

    def any_of(self, *values: Evaluate) -> Evaluate:
        def evaluate(properties: Properties) -> bool | None:
            answer: bool | None = False
            for value in values:
                answer = either(answer, truth(value(properties)))
            return answer

        return values[0] if len(values) == 1 else evaluate
