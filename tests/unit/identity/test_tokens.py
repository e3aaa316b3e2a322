from datetime import UTC, datetime, timedelta

import jwt
import pytest

from localcloud.identity.tokens import LIFETIME, InvalidTokenError, issue, verify

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_token_is_good_for_its_audience_until_it_expires() -> None:
    token = issue("https://localhost", NOW)

    assert verify(token, "https://localhost/", NOW)["aud"] == "https://localhost"
    assert (
        verify(token, ["https://elsewhere", "https://localhost"], NOW + LIFETIME - timedelta(seconds=1))["ver"] == "1.0"
    )
    with pytest.raises(InvalidTokenError, match="not valid at this time"):
        verify(token, "https://localhost", NOW + LIFETIME)
    with pytest.raises(InvalidTokenError, match="not valid at this time"):
        verify(token, "https://localhost", NOW - timedelta(seconds=1))


def test_a_token_for_another_audience_is_refused_by_name() -> None:
    with pytest.raises(InvalidTokenError, match=r"is for 'https://vault\.azure\.net', not for https://localhost"):
        verify(issue("https://vault.azure.net", NOW), "https://localhost", NOW)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        jwt.encode({"aud": "https://localhost"}, "another key that is long enough for HS256", algorithm="HS256"),
        jwt.encode({"aud": "https://localhost"}, "", algorithm="none"),
    ],
)
def test_a_token_from_elsewhere_is_refused(token: str) -> None:
    with pytest.raises(InvalidTokenError, match="was not issued by localcloud's managed identity"):
        verify(token, "https://localhost", NOW)
