"""Access tokens: only what this service signed, for itself, in its time, is accepted."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
from azure.keyvault.secrets.aio import SecretClient

from localcloud.clock import VirtualClock
from localcloud.identity.server import IdentityServer
from shared.auth.signing_keys import SigningKeys
from shared.auth.tokens import Claims, Tokens
from shared.cursors import Cursors
from shared.errors import UnauthenticatedError, UnavailableError, ValidationError

CLAIMS = Claims("u1", 3)


async def _forged(keys: SigningKeys, clock: VirtualClock, changes: dict[str, Any], **header: Any) -> str:
    """A token with the right signature and some wrong claims."""
    key, now = await keys.current(), int(clock.now().timestamp())
    payload = {"iss": "shop", "aud": "shop", "sub": "u1", "sv": 3, "iat": now, "nbf": now, "exp": now + 60, "jti": "1"}
    payload = {name: value for name, value in {**payload, **changes}.items() if value is not None}
    return jwt.encode(payload, key.secret, "HS256", headers={"kid": key.kid, **header})


async def _cause(tokens: Tokens, token: str) -> str:
    with pytest.raises(UnauthenticatedError) as caught:
        await tokens.verify(token)
    assert caught.value.headers["WWW-Authenticate"] == 'Bearer realm="durable-shop", error="invalid_token"'
    return caught.value.detail


async def test_a_token_says_who_and_which_session(tokens: Tokens, keys: SigningKeys, clock: VirtualClock) -> None:
    assert await tokens.verify(await tokens.issue(CLAIMS)) == CLAIMS
    assert await tokens.verify(await _forged(keys, clock, {})) == CLAIMS


async def test_a_token_is_good_for_24_hours_and_not_a_second_longer(tokens: Tokens, clock: VirtualClock) -> None:
    token = await tokens.issue(CLAIMS)
    clock.advance(timedelta(hours=24, seconds=-1))
    assert await tokens.verify(token) == CLAIMS
    clock.advance(timedelta(seconds=1))
    assert "it has expired" in await _cause(tokens, token)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"iss": "elsewhere"}, "Invalid issuer"),
        ({"aud": "elsewhere"}, "Audience doesn't match"),
        ({"exp": None}, 'missing the "exp" claim'),
        ({"nbf": None}, 'missing the "nbf" claim'),
        ({"jti": None}, 'missing the "jti" claim'),
        ({"sv": None}, 'missing the "sv" claim'),
        ({"sv": "3"}, "a claim has the wrong type"),
        ({"nbf": 4_000_000_000, "exp": 4_000_000_060}, "it isn't valid yet"),
        ({"exp": 1}, "it has expired"),
    ],
)
async def test_a_wrong_claim_is_named(
    tokens: Tokens, keys: SigningKeys, clock: VirtualClock, changes: dict[str, Any], cause: str
) -> None:
    assert cause in await _cause(tokens, await _forged(keys, clock, changes))


async def test_an_unsigned_or_differently_signed_token_is_refused(
    tokens: Tokens, keys: SigningKeys, clock: VirtualClock
) -> None:
    good = await _forged(keys, clock, {})
    payload, kid = jwt.decode(good, options={"verify_signature": False}), (await keys.current()).kid
    none = jwt.encode(payload, "", "none", headers={"kid": kid})
    other = jwt.encode(payload, (await keys.current()).secret, "HS512", headers={"kid": kid})
    forged = jwt.encode(payload, b"x" * 32, "HS256", headers={"kid": kid})
    assert "its algorithm isn't HS256" in await _cause(tokens, none)
    assert "its algorithm isn't HS256" in await _cause(tokens, other)
    assert "Signature verification failed" in await _cause(tokens, forged)
    assert "it isn't a JWT" in await _cause(tokens, "nonsense")


@pytest.mark.parametrize("kid", ["", "../secrets/other", "A" * 32, "0" * 33, 7])
async def test_a_key_id_that_is_no_version_never_reaches_the_vault(
    tokens: Tokens, identity: IdentityServer, kid: Any
) -> None:
    await identity.stop()
    token = jwt.encode({"sub": "u1"}, b"x" * 32, "HS256", headers={"kid": str(kid)})
    assert "its key id isn't one of this service" in await _cause(tokens, token)


async def test_a_rotation_keeps_old_tokens_and_signs_new_ones_with_the_new_version(
    tokens: Tokens, vault: SecretClient, clock: VirtualClock
) -> None:
    old = await tokens.issue(CLAIMS)
    version = (await vault.set_secret("jwt-signing-key", "n" * 64)).properties.version
    clock.advance(timedelta(minutes=5))
    new = await tokens.issue(CLAIMS)
    assert jwt.get_unverified_header(new)["kid"] == version
    assert await tokens.verify(old) == CLAIMS
    assert await tokens.verify(new) == CLAIMS


async def test_a_token_of_a_version_this_process_hasnt_seen_is_looked_up(
    tokens: Tokens, keys: SigningKeys, vault: SecretClient, clock: VirtualClock
) -> None:
    await tokens.issue(CLAIMS)
    await vault.set_secret("jwt-signing-key", "n" * 64)
    elsewhere = SigningKeys(vault, "jwt-signing-key", timedelta(minutes=5), clock.now)
    token = await Tokens(elsewhere, issuer="shop", audience="shop", lifetime=timedelta(hours=1), now=clock.now).issue(
        CLAIMS
    )
    clock.advance(timedelta(seconds=29))
    assert "a key that isn't in use" in await _cause(tokens, token)
    clock.advance(timedelta(seconds=1))
    assert await tokens.verify(token) == CLAIMS


async def test_a_disabled_version_ends_its_tokens(tokens: Tokens, vault: SecretClient, clock: VirtualClock) -> None:
    old = await tokens.issue(CLAIMS)
    await vault.set_secret("jwt-signing-key", "n" * 64)
    await vault.update_secret_properties("jwt-signing-key", jwt.get_unverified_header(old)["kid"], enabled=False)
    clock.advance(timedelta(minutes=5))
    assert "a key that isn't in use" in await _cause(tokens, old)


async def test_known_versions_serve_while_the_vault_is_away(
    tokens: Tokens, identity: IdentityServer, clock: VirtualClock
) -> None:
    token = await tokens.issue(CLAIMS)
    await identity.stop()
    clock.advance(timedelta(hours=1))
    assert await tokens.verify(token) == CLAIMS
    assert await tokens.verify(await tokens.issue(CLAIMS)) == CLAIMS


async def test_without_any_version_it_is_a_503(tokens: Tokens, identity: IdentityServer) -> None:
    await identity.stop()
    with pytest.raises(UnavailableError, match="can't be read at the moment"):
        await tokens.issue(CLAIMS)


async def test_a_short_key_isnt_used(tokens: Tokens, vault: SecretClient, clock: VirtualClock) -> None:
    kid = jwt.get_unverified_header(await tokens.issue(CLAIMS))["kid"]
    await vault.set_secret("jwt-signing-key", "short")
    clock.advance(timedelta(minutes=5))
    assert jwt.get_unverified_header(await tokens.issue(CLAIMS))["kid"] == kid


async def test_a_cursor_is_good_for_its_listing_only_and_is_no_token(keys: SigningKeys, tokens: Tokens) -> None:
    cursors = Cursors(keys)
    cursor = await cursors.seal("products?sort=price", [1250, "p1"])
    assert await cursors.open("products?sort=price", cursor) == [1250, "p1"]
    for listing, wrong in (("products?sort=name", cursor), ("products?sort=price", cursor[:-2]), ("x", "nonsense")):
        with pytest.raises(ValidationError) as caught:
            await cursors.open(listing, wrong)
        assert [found.pointer for found in caught.value.errors] == ["?cursor"]
    assert 'missing the "iss" claim' in await _cause(tokens, cursor)
    with pytest.raises(ValidationError):
        await cursors.open("products?sort=price", await tokens.issue(CLAIMS))
