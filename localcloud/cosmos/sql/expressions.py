"""Syntax nodes compiled to closures, once per query text."""

from collections.abc import Callable
from functools import singledispatchmethod
from typing import TypeAlias

from localcloud.cosmos.sql import like, nodes, operators
from localcloud.cosmos.sql.aggregates import ACCUMULATORS, Aggregate
from localcloud.cosmos.sql.errors import SqlBadRequestError
from localcloud.cosmos.sql.functions.table import function_named
from localcloud.cosmos.sql.paths import compile_path, element, path_of
from localcloud.cosmos.sql.scope import Evaluator, Scope, constant
from localcloud.cosmos.sql.values import UNDEFINED, Value

SubqueryCompiler: TypeAlias = Callable[[nodes.Subquery, frozenset[str]], Evaluator]


class ExpressionCompiler:
    """Compiles the expressions of one query.

    `aliases` are the names that may be used. `aggregates` collects the aggregate calls met, None where they are
    not allowed. With `group_keys` (a grouped query's SELECT) nothing else may be read outside an aggregate.
    """

    def __init__(
        self,
        aliases: frozenset[str],
        compile_subquery: SubqueryCompiler,
        *,
        aggregates: list[Aggregate] | None = None,
        group_keys: tuple[nodes.Expression, ...] | None = None,
    ) -> None:
        self._aliases = aliases
        self._compile_subquery = compile_subquery
        self._aggregates = aggregates
        self._group_keys = group_keys

    def compile(self, node: nodes.Expression) -> Evaluator:
        """The evaluator of an expression; raises SqlBadRequestError for unknown names and functions."""
        if self._group_keys is not None and node in self._group_keys:
            return ExpressionCompiler(self._aliases, self._compile_subquery).compile(node)
        return self._compile(node)

    @singledispatchmethod
    def _compile(self, node: nodes.Expression) -> Evaluator:
        raise TypeError(f"no compilation for {type(node).__name__}")

    @_compile.register
    def _(self, node: nodes.Literal) -> Evaluator:
        return constant(node.value)

    @_compile.register
    def _(self, node: nodes.Parameter) -> Evaluator:
        name = node.name
        return lambda scope: scope.parameters[name]

    @_compile.register
    def _(self, node: nodes.Name) -> Evaluator:
        return self._path(node, ())

    @_compile.register
    def _(self, node: nodes.Property) -> Evaluator:
        base, keys = path_of(node)
        if isinstance(base, nodes.Name):
            return self._path(base, keys, node)
        start = self.compile(node.base)
        key = node.key
        return lambda scope: element(start(scope), key)

    def _path(self, base: nodes.Name, keys: tuple[str | int, ...], whole: nodes.Expression | None = None) -> Evaluator:
        if base.name not in self._aliases:
            raise SqlBadRequestError(
                f"Identifier '{base.name}' could not be resolved.", code="SC2001", position=base.span
            )
        if self._group_keys is not None and not self._below_group_key(whole or base):
            path = ".".join((base.name, *map(str, keys)))
            raise SqlBadRequestError(
                f"Property reference '{path}' is invalid in the select list because it is not contained in either "
                "an aggregate function or the GROUP BY clause.",
                code="SC2102",
                position=(whole or base).span,
            )
        return compile_path(base.name, keys)

    def _below_group_key(self, node: nodes.Expression) -> bool:
        while isinstance(node, nodes.Property):
            node = node.base
            if node in (self._group_keys or ()):
                return True
        return False

    @_compile.register
    def _(self, node: nodes.Index) -> Evaluator:
        base, index = self.compile(node.base), self.compile(node.index)
        return lambda scope: element(base(scope), index(scope))

    @_compile.register
    def _(self, node: nodes.Call) -> Evaluator:
        if node.name in ACCUMULATORS:
            return self._aggregate(node)
        function = function_named(node.name, len(node.arguments), node.span)
        arguments = [self.compile(argument) for argument in node.arguments]
        body, wants_clock, accepts = function.body, function.wants_clock, function.accepts

        def evaluate(scope: Scope) -> Value:
            values = [argument(scope) for argument in arguments]
            if not accepts(values):
                return UNDEFINED
            return body(scope.now, *values) if wants_clock else body(*values)

        return evaluate

    def _aggregate(self, node: nodes.Call) -> Evaluator:
        if self._aggregates is None:
            raise SqlBadRequestError(
                f"Aggregate function '{node.name}' is not allowed here; it belongs into the SELECT clause.",
                code="SC2104",
                position=node.span,
            )
        if len(node.arguments) != 1:
            raise SqlBadRequestError(
                f"The {node.name} function requires 1 argument(s).", code="SC2050", position=node.span
            )
        argument = ExpressionCompiler(self._aliases, self._compile_subquery).compile(node.arguments[0])
        at = len(self._aggregates)
        self._aggregates.append(Aggregate(node.name, argument))
        return lambda scope: scope.aggregates[at]

    @_compile.register
    def _(self, node: nodes.Unary) -> Evaluator:
        operate, operand = operators.UNARY[node.operator], self.compile(node.operand)
        return lambda scope: operate(operand(scope))

    @_compile.register
    def _(self, node: nodes.Binary) -> Evaluator:
        operate, left, right = operators.BINARY[node.operator], self.compile(node.left), self.compile(node.right)
        return lambda scope: operate(left(scope), right(scope))

    @_compile.register
    def _(self, node: nodes.Logical) -> Evaluator:
        operands = [self.compile(operand) for operand in node.operands]
        return operators.all_of(operands) if node.operator == "AND" else operators.any_of(operands)

    @_compile.register
    def _(self, node: nodes.Coalesce) -> Evaluator:
        operands = [self.compile(operand) for operand in node.operands]

        def evaluate(scope: Scope) -> Value:
            values = (operand(scope) for operand in operands)
            return next((value for value in values if value is not UNDEFINED), UNDEFINED)

        return evaluate

    @_compile.register
    def _(self, node: nodes.Conditional) -> Evaluator:
        condition, then, otherwise = map(self.compile, (node.condition, node.then, node.otherwise))
        return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)

    @_compile.register
    def _(self, node: nodes.Between) -> Evaluator:
        bounds = (
            nodes.Binary(node.span, ">=", node.operand, node.low),
            nodes.Binary(node.span, "<=", node.operand, node.high),
        )
        return self._negated_if(node.negated, operators.all_of([self.compile(bound) for bound in bounds]))

    @_compile.register
    def _(self, node: nodes.In) -> Evaluator:
        operand = self.compile(node.operand)
        choices = [self.compile(choice) for choice in node.choices]
        return self._negated_if(
            node.negated, lambda scope: operators.is_one_of(operand(scope), [choice(scope) for choice in choices])
        )

    @_compile.register
    def _(self, node: nodes.Like) -> Evaluator:
        operand, pattern, escape = self.compile(node.operand), self.compile(node.pattern), node.escape
        return self._negated_if(node.negated, lambda scope: like.matches(operand(scope), pattern(scope), escape))

    @staticmethod
    def _negated_if(negated: bool, evaluator: Evaluator) -> Evaluator:
        return (lambda scope: operators.negate(evaluator(scope))) if negated else evaluator

    @_compile.register
    def _(self, node: nodes.ArrayLiteral) -> Evaluator:
        items = [self.compile(item) for item in node.items]
        return lambda scope: [value for item in items if (value := item(scope)) is not UNDEFINED]

    @_compile.register
    def _(self, node: nodes.ObjectLiteral) -> Evaluator:
        return object_of([(key, self.compile(value)) for key, value in node.entries])

    @_compile.register
    def _(self, node: nodes.Subquery) -> Evaluator:
        return self._compile_subquery(node, self._aliases)


def object_of(entries: list[tuple[str, Evaluator]]) -> Evaluator:
    """An evaluator that builds an object; properties without a value are left out."""
    return lambda scope: {key: value for key, entry in entries if (value := entry(scope)) is not UNDEFINED}
