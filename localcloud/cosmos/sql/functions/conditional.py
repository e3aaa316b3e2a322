"""IIF."""

from typing import Final

from localcloud.cosmos.sql.functions.signature import ANYTHING, Function
from localcloud.cosmos.sql.values import Value


def _iif(condition: Value, then: Value, otherwise: Value) -> Value:
    return then if condition is True else otherwise


FUNCTIONS: Final = (Function("IIF", (ANYTHING, ANYTHING, ANYTHING), _iif),)
