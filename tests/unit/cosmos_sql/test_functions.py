"""Built-in functions, by family."""

import pytest

from tests.unit.cosmos_sql.running import value_of

STRINGS = [
    ("CONCAT('a', 'b', 'c')", ["abc"]),
    ("CONCAT('a', 1)", []),
    ("CONTAINS('Shop', 'sho')", [False]),
    ("CONTAINS('Shop', 'sho', true)", [True]),
    ("CONTAINS(c.gone, 'a')", []),
    ("STARTSWITH('Shop', 'Sh')", [True]),
    ("ENDSWITH('Shop', 'OP', true)", [True]),
    ("STRINGEQUALS('a', 'A', true)", [True]),
    ("INDEX_OF('abcabc', 'c')", [2]),
    ("INDEX_OF('abcabc', 'c', 3)", [5]),
    ("INDEX_OF('abc', 'z')", [-1]),
    ("LEFT('abc', 2)", ["ab"]),
    ("LEFT('abc', -1)", [""]),
    ("RIGHT('abc', 2)", ["bc"]),
    ("RIGHT('abc', 0)", [""]),
    ("SUBSTRING('abcdef', 2, 3)", ["cde"]),
    ("LENGTH('abc')", [3]),
    ("LENGTH(5)", []),
    ("lower('ABC')", ["abc"]),
    ("Upper('abc')", ["ABC"]),
    ("TRIM('  a ')", ["a"]),
    ("LTRIM(' a ')", ["a "]),
    ("RTRIM(' a ')", [" a"]),
    ("TRIM('xax', 'x')", ["a"]),
    ("REPLACE('aXbX', 'X', '-')", ["a-b-"]),
    ("REPLICATE('ab', 3)", ["ababab"]),
    ("REPLICATE('ab', 6000)", []),
    ("REPLICATE('', 1e300)", [""]),
    ("REVERSE('abc')", ["cba"]),
    ("REGEXMATCH('Order-12', '^order-[0-9]+$', 'i')", [True]),
    ("StringJoin(['a', 'b'], '-')", ["a-b"]),
    ("StringSplit('a-b', '-')", [["a", "b"]]),
    ("ToString(1.5)", ["1.5"]),
    ("ToString(true)", ["true"]),
    ("ToString({'a': [1]})", ['{"a":[1]}']),
    ("ToString(c.gone)", []),
    ("StringToNumber('1.50')", [1.5]),
    ("StringToNumber('one')", []),
    ("StringToBoolean('true')", [True]),
    ("StringToNull('null')", [None]),
    ("StringToArray('[1,2]')", [[1, 2]]),
    ("StringToObject('{\"a\":1}')", [{"a": 1}]),
    ("StringToObject('[1]')", []),
]

TYPE_CHECKS = [
    ("IS_ARRAY([1])", [True]),
    ("IS_ARRAY(c.gone)", [False]),
    ("IS_BOOL(false)", [True]),
    ("IS_DEFINED(null)", [True]),
    ("IS_NUMBER(true)", [False]),
    ("IS_FINITE_NUMBER(1.5)", [True]),
    ("IS_INTEGER(1.0)", [True]),
    ("IS_INTEGER(1.5)", [False]),
    ("IS_NULL(null)", [True]),
    ("IS_OBJECT({})", [True]),
    ("IS_PRIMITIVE(null)", [True]),
    ("IS_PRIMITIVE([])", [False]),
    ("IS_STRING('')", [True]),
]

MATHEMATICS = [
    ("ABS(-2.5)", [2.5]),
    ("CEILING(1.2)", [2]),
    ("FLOOR(-1.2)", [-2]),
    ("ROUND(2.5)", [3]),
    ("ROUND(-2.5)", [-3]),
    ("ROUND(2.345, 2)", [2.35]),
    ("TRUNC(-1.7)", [-1]),
    ("SIGN(-3)", [-1]),
    ("SQRT(9)", [3]),
    ("SQRT(-1)", []),
    ("SQUARE(3)", [9]),
    ("POWER(2, 10)", [1024]),
    ("POWER(10, 400)", []),
    ("LOG10(1000)", [3]),
    ("LOG(8, 2)", [3]),
    ("LOG(0)", []),
    ("EXP(0)", [1]),
    ("PI()", [3.141592653589793]),
    ("DEGREES(PI())", [180]),
    ("SIN(0)", [0]),
    ("ATN2(0, 1)", [0]),
    ("NumberBin(37, 10)", [30]),
    ("ABS('1')", []),
]

ARRAYS = [
    ("ARRAY_CONCAT([1], [2], [3])", [[1, 2, 3]]),
    ("ARRAY_CONTAINS([1, true], 1.0)", [True]),
    ("ARRAY_CONTAINS([true], 1)", [False]),
    ("ARRAY_CONTAINS([{'a': 1, 'b': 2}], {'a': 1})", [False]),
    ("ARRAY_CONTAINS([{'a': 1, 'b': 2}], {'a': 1}, true)", [True]),
    ("ARRAY_CONTAINS('abc', 'a')", []),
    ("ARRAY_CONTAINS_ANY([1, 2], 3, 2)", [True]),
    ("ARRAY_CONTAINS_ALL([1, 2], 2, 3)", [False]),
    ("ARRAY_LENGTH([1, 2])", [2]),
    ("ARRAY_LENGTH('ab')", []),
    ("ARRAY_SLICE([1, 2, 3], 1)", [[2, 3]]),
    ("ARRAY_SLICE([1, 2, 3], -2, 1)", [[2]]),
    ("SetIntersect([1, 2, 2, 3], [2, 3, 4])", [[2, 3]]),
    ("SetUnion([1, 2], [2, 3])", [[1, 2, 3]]),
    ("SetDifference([1, 2], [2])", [[1]]),
    ("CHOOSE(2, 'a', 'b')", ["b"]),
    ("ObjectToArray({'a': 1})", [[{"k": "a", "v": 1}]]),
    ("IIF(true, 1, 2)", [1]),
    ("IIF('true', 1, 2)", [2]),
]

DATES = [
    ("GetCurrentDateTime()", ["2026-03-04T05:06:07.8901230Z"]),
    ("GetCurrentDateTimeStatic()", ["2026-03-04T05:06:07.8901230Z"]),
    ("GetCurrentTimestamp()", [1772600767890]),
    ("GetCurrentTicks()", [17726007678901230]),
    ("DateTimeAdd('mm', 1, '2026-01-31T10:00:00.0000001Z')", ["2026-02-28T10:00:00.0000001Z"]),
    ("DateTimeAdd('yyyy', -1, '2024-02-29')", ["2023-02-28T00:00:00.0000000Z"]),
    ("DateTimeAdd('hh', 36, '2026-01-01T00:00:00Z')", ["2026-01-02T12:00:00.0000000Z"]),
    ("DateTimeAdd('week', 1, '2026-01-01')", []),
    ("DateTimeAdd('dd', 1, 'tomorrow')", []),
    ("DateTimeAdd('dd', 1, '2026-02-30')", []),
    ("DateTimeDiff('dd', '2026-01-01T23:00:00Z', '2026-01-02T01:00:00Z')", [1]),
    ("DateTimeDiff('month', '2025-11-30', '2026-01-01')", [2]),
    ("DateTimePart('ms', '2026-01-01T00:00:00.1234567Z')", [123]),
    ("DateTimePart('month', '2026-03-01')", [3]),
    ("DateTimeBin('2026-01-01T10:47:00Z', 'mi', 15)", ["2026-01-01T10:45:00.0000000Z"]),
    ("DateTimeFromParts(2026, 2, 3, 4, 5, 6, 7)", ["2026-02-03T04:05:06.0000007Z"]),
    ("DateTimeFromParts(2026, 2, 30)", []),
    ("DateTimeToTimestamp('2026-01-01T00:00:01.5Z')", [1767225601500]),
    ("TimestampToDateTime(1767225601500)", ["2026-01-01T00:00:01.5000000Z"]),
    ("DateTimeToTicks('1970-01-01T00:00:01Z')", [10_000_000]),
    ("TicksToDateTime(10000000)", ["1970-01-01T00:00:01.0000000Z"]),
    ("TicksToDateTime(1e30)", []),
    ("DateTimeAdd('yyyy', 1e9, '2026-01-01')", []),
    ("DateTimeBin('0001-01-01', 'yyyy', 100)", []),
]


@pytest.mark.parametrize(("call", "value"), STRINGS + TYPE_CHECKS + MATHEMATICS + ARRAYS + DATES)
def test_result(call: str, value: list[object]) -> None:
    assert value_of(call) == value


def test_rand_is_between_zero_and_one() -> None:
    (value,) = value_of("RAND()")
    assert isinstance(value, float)
    assert 0 <= value < 1
