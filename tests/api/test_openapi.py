"""The OpenAPI document says it all: words in both languages, examples, every problem, who may ask; and is current."""

import json
import re
from typing import Any

import pytest

from web.api import document, openapi
from web.api.install import bare
from web.problems import MEDIA_TYPE

APP = bare()
MADE = openapi.document(APP)
OPERATIONS = [
    (path, method, operation) for path, methods in MADE["paths"].items() for method, operation in methods.items()
]
NAMES = [f"{method} {path}" for path, method, _ in OPERATIONS]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=NAMES)
def test_an_operation_is_described_in_both_languages(path: str, method: str, operation: dict[str, Any]) -> None:
    assert re.search(r"[一-鿿]", operation["summary"])
    assert re.search(r"[A-Za-z]{2}", operation["summary"])
    assert operation["description"]
    assert operation["tags"]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=NAMES)
def test_an_operation_names_every_problem_with_an_example(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    expected = {"400", "422", "429", "503"}
    if operation["security"]:
        expected |= {"401", "403"}
    if "{" in path:
        expected |= {"404"}
    if "/commands/" in path:
        expected |= {"408", "409", "413"}
    assert expected <= set(responses)
    assert any(status.startswith("2") for status in responses)
    for status, response in responses.items():
        if status >= "4":
            response = _resolved(response)
            (media,) = response["content"]
            assert media == MEDIA_TYPE
            assert response["content"][media]["example"]["status"] == int(status)
            assert ("Retry-After" in response["headers"]) is (status in {"429", "503"})


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=NAMES)
def test_an_operation_takes_only_what_it_says_with_examples(path: str, method: str, operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            assert parameter["schema"].get("examples") or parameter["schema"].get("example"), parameter["name"]
    body = operation.get("requestBody")
    if body is not None and "application/json" in body["content"]:
        schema = _resolved(body["content"]["application/json"]["schema"])
        assert schema["additionalProperties"] is False
        for name, field in schema.get("properties", {}).items():
            assert field.get("examples"), name


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    found = schema
    for part in schema.get("$ref", "#").removeprefix("#/").split("/") if "$ref" in schema else ():
        found = MADE[part] if found is schema else found[part]
    return found


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=NAMES)
def test_who_speaks_is_never_in_a_body(path: str, method: str, operation: dict[str, Any]) -> None:
    body = operation.get("requestBody")
    if body is not None and "application/json" in body["content"]:
        fields = _resolved(body["content"]["application/json"]["schema"]).get("properties", {})
        assert {"by", "voice", "message_id", "do"}.isdisjoint(fields)


def test_no_command_says_when_it_was_given() -> None:
    """The instant of an act is the engine's: nobody dates back what he does."""
    given = {
        name: _fields(operation)
        for name, (*_, operation) in zip(NAMES, OPERATIONS, strict=True)
        if "/commands/" in name
    }
    assert len(given) == 88
    clocks = {"at", "on", "now", "time", "instant", "date", "processed_at", "recorded_at", "said_at", "due"}
    dated = {name.rpartition("/")[2]: clocks & fields for name, fields in given.items() if clocks & fields}
    # The day of a meeting to come, of the period a value is for, of an offence or event: what it is about.
    assert dated == {do: {"on"} for do in ("convene", "report_value", "register_offence", "trigger")}


def _fields(operation: dict[str, Any]) -> set[str]:
    return set(_resolved(operation["requestBody"]["content"]["application/json"]["schema"]).get("properties", {}))


def test_what_creates_or_commands_needs_an_idempotency_key() -> None:
    for path, method, operation in OPERATIONS:
        creates = method == "post" and ("/commands/" in path or "201" in operation["responses"] or "imports" in path)
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header" and one["required"]}
        assert ("Idempotency-Key" in named) is creates, path


def test_only_what_is_for_everybody_needs_no_signing_in() -> None:
    free = {f"{method} {path}" for path, method, operation in OPERATIONS if not operation["security"]}
    assert free == {
        "get /api/v1/access", "get /api/v1/public/matters", "get /api/v1/public/matters/{matter_id}",
        "post /api/v1/session", "post /api/v1/public/petitions", "get /api/v1/public/petitions/{number}",
        "post /api/v1/public/petitions/{number}", "post /api/v1/public/petitions/{number}/rating",
    }  # fmt: skip


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(ids)) == len(ids)


def test_the_document_that_is_kept_is_the_one_that_is_served() -> None:
    kept = document.FILE.read_text(encoding="utf-8")
    assert kept == document.written(), "stale: python -m web.api.document"
    assert json.loads(kept)["openapi"].startswith("3.1")
