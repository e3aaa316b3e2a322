"""Every error becomes a problem document; what only operators should know stays in the log."""

import logging

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.cosmos.exceptions import CosmosHttpResponseError

from api.web.problem import as_shop_error, problem_document
from shared.errors import ShopError, ValidationError, Violation
from shared.settings import SettingsError


def _cosmos_error(status: int) -> Exception:
    return CosmosHttpResponseError(status_code=status, message="injected")  # type: ignore[no-untyped-call]  # the SDK's


def test_the_document_has_every_member_of_the_contract() -> None:
    error = ValidationError("The body breaks a rule.", errors=[Violation("/items/0/quantity", "too many")])
    document = problem_document(error, instance="/api/orders", request_id="r1", timestamp="2026-01-01T00:00:00Z")
    assert document == {
        "type": "urn:durable-shop:validation",
        "title": "The request breaks a rule",
        "status": 422,
        "detail": "The body breaks a rule.",
        "instance": "/api/orders",
        "requestId": "r1",
        "timestamp": "2026-01-01T00:00:00Z",
        "error": True,
        "message": "The body breaks a rule.",
        "errors": [{"pointer": "/items/0/quantity", "detail": "too many"}],
    }


def test_a_refusal_stays_itself() -> None:
    error = ValidationError("x")
    assert as_shop_error(error, "r1") is error


@pytest.mark.parametrize(
    "error",
    [
        _cosmos_error(429),
        _cosmos_error(500),
        _cosmos_error(503),
        _cosmos_error(449),
        ServiceRequestError("connection refused"),
        TimeoutError("changed by others"),
    ],
)
def test_a_service_that_doesnt_answer_is_a_503_with_retry_after(error: Exception) -> None:
    mapped = as_shop_error(error, "r1")
    assert (mapped.urn, int(mapped.status), mapped.headers) == (
        "urn:durable-shop:unavailable",
        503,
        {"Retry-After": "1"},
    )


def test_a_fault_of_ours_is_a_500_that_tells_the_caller_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        mapped = as_shop_error(KeyError("secret"), "r1")
    assert (type(mapped), int(mapped.status)) == (ShopError, 500)
    assert mapped.detail == "Something went wrong here; it is logged under r1."
    assert "secret" in caplog.text


def test_wrong_settings_are_a_503_whose_cause_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    mapped = as_shop_error(SettingsError("Setting KEY_VAULT_URL is missing."), "r1")
    assert int(mapped.status) == 503
    assert "KEY_VAULT_URL" not in mapped.detail
    assert "Setting KEY_VAULT_URL is missing." in caplog.text
