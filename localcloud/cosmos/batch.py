"""Transactional batches: up to 100 operations in one logical partition, all or nothing."""

from http import HTTPStatus
from typing import Any

from localcloud.cosmos import json_text
from localcloud.cosmos.charges import item_charge
from localcloud.cosmos.errors import CosmosError, bad_request, too_large
from localcloud.cosmos.items import Conditions, ItemTransaction, Outcome

MAX_OPERATIONS = 100
MAX_BYTES = 2 * 1024 * 1024


class BatchFailedError(Exception):
    """An operation failed, so that nothing is written; `answers` is the body of the answer."""

    def __init__(self, answers: list[dict[str, Any]]) -> None:
        super().__init__("a batch operation failed")
        self.answers = answers


def operations_of(body: bytes) -> list[dict[str, Any]]:
    """The operations of a batch request. Raises a 400 or 413."""
    if len(body) > MAX_BYTES:
        raise too_large()
    operations = json_text.parsed(body, "batch")
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise bad_request("A batch must be a JSON array of operations.")
    if not operations:
        raise bad_request("Batch request has no operations.")
    if len(operations) > MAX_OPERATIONS:
        raise bad_request("Batch request has more operations than what is supported.")
    return operations


def run_batch(transaction: ItemTransaction, operations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Runs all operations in order; later ones see what earlier ones wrote. Raises BatchFailedError."""
    answers = []
    for number, operation in enumerate(operations):
        try:
            answers.append(_answer(operation, _run(transaction, operation)))
        except CosmosError as error:
            raise BatchFailedError(_failed(len(operations), number, error)) from error
    return answers


def _run(transaction: ItemTransaction, operation: dict[str, Any]) -> Outcome:
    kind, item_id = str(operation.get("operationType")), str(operation.get("id", ""))
    body = operation.get("resourceBody")
    conditions = Conditions(operation.get("ifMatch"), operation.get("ifNoneMatch"))
    if kind in ("Create", "Upsert", "Replace", "Patch") and not isinstance(body, dict):
        raise bad_request(f"The batch operation {kind} needs a resourceBody.")
    match kind, body:
        case "Create", dict():
            return transaction.create(body)
        case "Upsert", dict():
            return transaction.upsert(body, conditions)
        case "Replace", dict():
            return transaction.replace(item_id, body, conditions)
        case "Patch", dict():
            return transaction.patch(item_id, body, conditions)
        case "Delete", _:
            return transaction.delete(item_id, conditions)
        case "Read", _:
            return transaction.read(item_id)
        case _:
            raise bad_request(f"The batch operation {kind!r} is unknown.")


def _answer(operation: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    kind = str(operation["operationType"]).lower()
    answer: dict[str, Any] = {
        "statusCode": int(outcome.status),
        "requestCharge": item_charge(kind, outcome.size),
    }
    if outcome.item is not None:
        answer |= {"eTag": outcome.item["_etag"], "resourceBody": outcome.item}
    return answer


def _failed(count: int, number: int, error: CosmosError) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = [
        {"statusCode": int(HTTPStatus.FAILED_DEPENDENCY), "requestCharge": 0} for _ in range(count)
    ]
    answers[number] = {
        "statusCode": error.status,
        "subStatusCode": error.substatus,
        "requestCharge": 1.24,
        "message": error.message,
    }
    return answers
