import pytest

from localcloud.host.routing.constraints import UnknownConstraintError, constraint

ACCEPTED = {
    "int": ["1", "-1", "+1", "007", "2147483647", " 1", "1 ", "0" * 5000 + "7"],
    "long": ["9223372036854775807", "-9223372036854775808"],
    "bool": ["true", "FALSE"],
    "decimal": ["1.5", "1,5", ".5", "-1"],
    "double": ["1.5", "1e3", "NaN", "-Infinity"],
    "float": ["1e-3"],
    "guid": [
        "11111111-2222-3333-4444-555555555555",
        "11111111222233334444555555555555",
        "{11111111-2222-3333-4444-555555555555}",
        "(11111111-2222-3333-4444-555555555555)",
    ],
    "datetime": [
        "2024-01-31",
        "2024-01-31T10:20:30Z",
        "1/31/2024",
        "01/31/2024 10:20",
        "12:30",
        "2024-1-5",
        "31 Jan 2024",
    ],
    "alpha": ["aZ", ""],
    "required": ["x"],
    "minlength(3)": ["abc", "äää"],
    "maxlength(3)": ["abc", ""],
    "length(3)": ["abc"],
    "length(2,4)": ["ab", "abcd"],
    "min(5)": ["5", "9223372036854775807"],
    "max(5)": ["5", "-6"],
    "range(3,7)": ["3", "7"],
    "regex(^a\\d+$)": ["a12", "A12"],
    "regex(^(?<year>\\d{4})-(?!00))": ["2024-01"],
    "file": ["a.txt"],
    "nonfile": ["a", "a."],
}
REFUSED = {
    "int": ["9" * 5000, "2147483648", "1.0", "x", "", "1_0", "٣"],
    "long": ["9223372036854775808"],
    "bool": ["0", "yes"],
    "decimal": ["1e3", "x", ""],
    "double": ["x", ""],
    "guid": ["x", "{11111111222233334444555555555555}"],
    "datetime": ["nope", "31-01-2024", "1%2F31%2F2024"],
    "alpha": ["a1", "ä"],
    "required": [""],
    "minlength(3)": ["ab"],
    "maxlength(3)": ["abcd", "😀😀"],
    "length(3)": ["ab"],
    "min(5)": ["4", "x"],
    "max(5)": ["6"],
    "range(3,7)": ["2", "8"],
    "regex(^a\\d+$)": ["ba1", "a"],
    "file": ["a"],
    "nonfile": ["a.txt"],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in ACCEPTED.items() for value in values])
def test_accepted(kind: str, value: str) -> None:
    assert constraint(kind)(value)


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in REFUSED.items() for value in values])
def test_refused(kind: str, value: str) -> None:
    assert not constraint(kind)(value)


@pytest.mark.parametrize("text", ["nope", "int(3)", "min", "range(1)", "length(a)", "regex([)"])
def test_unknown_constraints_and_arguments_are_errors(text: str) -> None:
    with pytest.raises(UnknownConstraintError):
        constraint(text)
