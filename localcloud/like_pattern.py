"""SQL's LIKE as a regular expression that never backtracks from one `%` into an earlier one."""

import re
from collections.abc import Iterable


def compile_like(parts: Iterable[str | None]) -> re.Pattern[str]:
    """The pattern for `fullmatch`. `parts` are regular expressions of one character each; None stands for `%`.

    What stands between two `%` may be taken at its first place: if a text matches at all, it matches so. Atomic groups
    say that to the engine, and its time stays far from exponential.
    """
    stretches = [""]
    for part in parts:
        if part is None:
            stretches.append("")
        else:
            stretches[-1] += part
    first, *others = stretches
    if not others:
        return re.compile(first, re.DOTALL)
    between = "".join(f"(?>.*?{stretch})" for stretch in others[:-1] if stretch)
    return re.compile(f"{first}{between}.*{others[-1]}", re.DOTALL)
