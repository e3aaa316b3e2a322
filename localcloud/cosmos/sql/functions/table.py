"""All built-in functions by name, and the check that a call fits one of them."""

from typing import Final

from localcloud.cosmos.sql.errors import SqlBadRequestError, SqlNotSupportedError
from localcloud.cosmos.sql.functions import (
    arrays,
    conditional,
    date_time,
    mathematics,
    strings,
    type_checks,
)
from localcloud.cosmos.sql.functions.signature import Function
from localcloud.cosmos.sql.nodes import Span

_FAMILIES: Final = (strings, type_checks, mathematics, arrays, conditional, date_time)
_TABLE: Final[dict[str, Function]] = {entry.name: entry for family in _FAMILIES for entry in family.FUNCTIONS}
_LEFT_OUT: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("ST_AREA", "ST_DISTANCE", "ST_WITHIN", "ST_INTERSECTS", "ST_ISVALID", "ST_ISVALIDDETAILED"), "spatial"
    ),
    "VECTORDISTANCE": "vector",
    **dict.fromkeys(
        ("FULLTEXTCONTAINS", "FULLTEXTCONTAINSALL", "FULLTEXTCONTAINSANY", "FULLTEXTSCORE", "RRF"), "full-text"
    ),
}


def function_named(name: str, count: int, position: Span) -> Function:
    """The function for a call with `count` arguments; `name` in upper case.

    Raises SqlBadRequestError for an unknown name or a wrong number of arguments, SqlNotSupportedError for a
    function that only the service has.
    """
    if name in _LEFT_OUT:
        raise SqlNotSupportedError(
            f"The {_LEFT_OUT[name]} function '{name}' is not supported by the local Cosmos DB.", position=position
        )
    function = _TABLE.get(name)
    if function is None:
        raise SqlBadRequestError(
            f"'{name}' is not a recognized built-in function name.", code="SC2005", position=position
        )
    if count < function.minimum or (function.maximum is not None and count > function.maximum):
        raise SqlBadRequestError(
            f"The {name} function requires {_arity(function)} argument(s).", code="SC2050", position=position
        )
    return function


def _arity(function: Function) -> str:
    if function.maximum is None:
        return f"at least {function.minimum}"
    if function.maximum == function.minimum:
        return str(function.minimum)
    return f"{function.minimum} to {function.maximum}"
