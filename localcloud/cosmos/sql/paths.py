"""Property paths: `c.a.b[0]` compiled, and recognised in a syntax tree."""

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.scope import Evaluator, Scope
from localcloud.cosmos.sql.values import UNDEFINED, Value


def element(value: Value, key: Value) -> Value:
    """`value[key]`: a property of an object or an element of an array; undefined where there is none."""
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key, UNDEFINED)
    if isinstance(value, list) and type(key) is int and 0 <= key < len(value):
        return value[key]
    return UNDEFINED


def path_of(node: nodes.Expression) -> tuple[nodes.Expression, tuple[str | int, ...]]:
    """The expression a chain of properties starts from, and its keys from there on."""
    keys: list[str | int] = []
    while isinstance(node, nodes.Property):
        keys.append(node.key)
        node = node.base
    return node, tuple(reversed(keys))


def compile_path(alias: str, keys: tuple[str | int, ...]) -> Evaluator:
    """An evaluator of a path below an alias; the usual lengths are unrolled, they run for every document."""
    if not keys:
        return lambda scope: scope.bindings[alias]
    if len(keys) == 1 and isinstance(keys[0], str):
        return _one_property(alias, keys[0])
    return _longer_path(alias, keys)


def _one_property(alias: str, key: str) -> Evaluator:
    def evaluate(scope: Scope) -> Value:
        value = scope.bindings[alias]
        return value.get(key, UNDEFINED) if isinstance(value, dict) else UNDEFINED

    return evaluate


def _longer_path(alias: str, keys: tuple[str | int, ...]) -> Evaluator:
    def evaluate(scope: Scope) -> Value:
        value = scope.bindings[alias]
        for key in keys:
            value = element(value, key)
        return value

    return evaluate
