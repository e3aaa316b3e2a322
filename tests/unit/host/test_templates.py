import pytest

from localcloud.host.routing.parameters import TemplateError
from localcloud.host.routing.template import parse_template


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("api/t/{v?}", "api/t", {}),
        ("api/t/{v?}", "api/t/", {}),
        ("api/t/{v?}", "api/t/x/", {"v": "x"}),
        ("api/t/{v?}", "api/t/x/y", None),
        ("api/t/{v=five}", "api/t", {"v": "five"}),
        ("api/t/{v:int=5}", "api/t", {"v": "5"}),
        ("api/t/{v:int=5}", "api/t/x", None),
        ("api/t/{v:int?}", "api/t", {}),
        ("api/t/{v:int?}", "api/t/x", None),
        ("api/{a?}/{b?}", "api/1", {"a": "1"}),
        ("api/{a?}/{b?}", "api//2", None),
        ("api/c/{*rest}", "api/c", {}),
        ("api/c/{*rest}", "api/c/", {}),
        ("api/c/{*rest}", "api/c/a/b/", {"rest": "a/b/"}),
        ("api/c/{*rest}", "api/c/a//b", {"rest": "a//b"}),
        ("{*rest}", "", {}),
        ("/{*rest}", "x/y", {"rest": "x/y"}),
        ("api/{name}.{ext}", "api/a.b.txt", {"name": "a.b", "ext": "txt"}),
        ("api/{name}.{ext}", "api/file.", None),
        ("api/{name}.{ext}", "api/.txt", None),
        ("api/{name}.{ext?}", "api/file", {"name": "file"}),
        ("api/{name}.{ext?}", "api/file.", None),
        ("api/pre-{x}-post", "api/pre-5-post", {"x": "5"}),
        ("api/pre-{x}-post", "api/pre--post", None),
        ("api/{a}-{b}/z", "api/1-2-3/z", {"a": "1-2", "b": "3"}),
        ("api/Case/{Value}", "API/cASE/MiXeD", {"Value": "MiXeD"}),
        ("api/t/{x?}/c", "api/t/c", None),
        ("api/t/{x?}/c", "api/t/x/c", {"x": "x"}),
        ("api/o/{x:int=5}/{**rest}", "api/o", {"x": "5"}),
        ("api/o/{x:int=5}/{**rest}", "api/o/7/a/b", {"x": "7", "rest": "a/b"}),
        ("api/{v:regex(^\\d{{2}}$)}", "api/12", {"v": "12"}),
        ("api/{v:regex(^\\d{{2}}$)}", "api/123", None),
        ("api/a{{b}}", "api/a{b}", {}),
        ("api/{v}", "api/a\nb", {"v": "a\nb"}),
    ],
)
def test_a_template_matches_as_aspnet_does(template: str, path: str, values: dict[str, str] | None) -> None:
    assert parse_template(template).match(path) == values


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("api//b", "cannot appear consecutively"),
        ("api/b/{x", "incomplete parameter"),
        ("api/b/x}", "incomplete parameter"),
        ("api/b?x=1", "The literal section 'b?x=1' is invalid. Literal sections cannot contain the '?' character."),
        ("api/{x}/{X}", "The route parameter name 'X' appears more than one time in the route template."),
        ("api/{}", "The route parameter name '' is invalid."),
        ("api/{*x}/c", "A catch-all parameter can only appear as the last segment of the route template."),
        ("api/a{*x}", "cannot contain a catch-all parameter"),
        ("api/{a}{b}", "cannot contain two consecutive parameters"),
        ("api/{a?}b", "An optional parameter must be at the end of the segment."),
        ("api/{a}-{b?}", "Only a period (.) can precede an optional parameter."),
        ("api/{x=5?}", "An optional parameter cannot have default value."),
        ("api/{x:nope}", "The constraint entry 'x' - 'nope' on the route 'api/{x:nope}' could not be resolved"),
        ("api/{x:range(1)}", "could not be resolved"),
        ("api/{x:regex(()}", "could not be resolved"),
    ],
)
def test_a_bad_template_is_refused_with_the_text_of_aspnet(template: str, text: str) -> None:
    with pytest.raises(TemplateError) as refused:
        parse_template(template)
    assert text in str(refused.value)
