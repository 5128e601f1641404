"""The OpenAPI document: valid, complete, kept by the answers, and by the service under generated requests.

That answers keep to it is tested by every test that asks through `running.Checked`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import hypothesis
import jsonschema
import pytest
import schemathesis
from openapi_spec_validator import validate
from schemathesis.specs.openapi.checks import positive_data_acceptance

from saccade.service import wire
from saccade.service.app import create_app, openapi
from saccade.service.settings import Settings
from tests.service.conftest import drawn
from tests.service.running import WRITES, Checked, in_thread, settings

EXAMPLES = 50  # of each operation
PATHS = {
    "/v1/search": {"post"}, "/v1/items": {"get"}, "/v1/items/{item_id}": {"get", "put", "delete"},
    "/v1/items/{item_id}/similar": {"get"}, "/v1/items/bulk": {"post"}, "/v1/pictures/{image_id}": {"get"},
    "/v1/judging": {"get"}, "/v1/judging/{plan}/next": {"get"}, "/v1/judgements": {"post"},
    "/v1/labels": {"get"}, "/v1/labels/{label_id}": {"get"},
    "/v1/discovery": {"get"}, "/v1/similar": {"post"}, "/v1/flashlight": {"post"}, "/v1/dots": {"post"},
    "/v1/objects": {"post"}, "/v1/shop": {"post"}, "/v1/lens": {"post"}, "/v1/complete": {"post"},
    "/v1/info": {"get"}, "/health": {"get"}, "/ready": {"get"}, "/metrics": {"get"},
}  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi(create_app(Settings(workspace="")))


def test_it_is_valid_and_has_every_path(document: dict[str, Any]) -> None:
    validate(document)
    assert {path: set(operations) for path, operations in document["paths"].items()} == PATHS


def test_the_service_hands_it_out(api: Checked, document: dict[str, Any]) -> None:
    assert api.get("/openapi.json").json() == document
    for path in ("/docs", "/redoc"):
        assert "swagger" not in api.get(path).text.lower()


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), (method, path)
            for status, response in operation["responses"].items():
                assert response["description"], (method, path, status)


def test_writes_name_their_key(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            writes = method in ("put", "delete") or path.endswith(("/bulk", "/judgements"))
            assert ("security" in operation) == writes, (method, path)


def test_a_search_in_the_document_is_the_one_that_is_read(document: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/SearchRequest", "components": document["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    good = [
        {"text": "red"}, {"item_id": "a", "box": {"x": 0, "y": 0, "width": 1, "height": 1}, "k": 3},
        {"vector": [1, 2.5], "filter": {"not": {"field": "a", "equals": True}}},
        {"url": "http://a.test", "filter": {"all": [{"field": "a", "any_of": ["x", 1]}]}, "exact": True},
    ]  # fmt: skip
    bad = [{"text": 1}, {"k": 0}, {"query": "red"}, {"text": "a", "filter": {"field": "a", "is": 1}},
           {"box": {"x": 2, "y": 0, "width": 1, "height": 1}, "item_id": "a"}]  # fmt: skip
    for query in good:
        assert validator.is_valid(query), query
        wire.SearchRequest.model_validate(query)
    for query in bad:
        assert not validator.is_valid(query), query
        with pytest.raises(ValueError):
            wire.SearchRequest.model_validate(query)


@pytest.mark.parametrize(
    "query",
    [
        {"item_id": "disc-red"}, {"text": "red"}, {"text": "nowhere"}, {"item_id": "disc-red", "k": 1},
        {"image": base64.b64encode(drawn("box", "red")).decode()},
        {"item_id": "disc-red", "group_by_item": False, "exact": True},
    ],
)  # fmt: skip
def test_a_rendered_answer_is_a_search_answer(api: Checked, query: dict) -> None:
    """What is put together from ready parts is, to the last field, what the model would have written."""
    answer = api.search(**query).json()
    assert wire.SearchAnswer.model_validate(answer, strict=True).model_dump() == answer


def test_a_rendered_listing_is_an_items_answer(api: Checked) -> None:
    for query in ("seed=3", "after=&limit=5", "after=zzz"):
        answer = api.get(f"/v1/items?{query}").json()
        assert wire.ItemsAnswer.model_validate(answer, strict=True).model_dump() == answer


# -- generated requests ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def generated(copied: Callable[[], str]) -> Iterator[str]:
    """A service of its own: generated requests write and delete."""
    with in_thread(settings(copied())) as url:
        yield url


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for path, methods in PATHS.items() for method in sorted(methods)]
)
def test_generated_requests(generated: str, document: dict[str, Any], method: str, path: str) -> None:
    """No fault, no undocumented status, type or body, whatever the document allows or forbids.

    One check of schemathesis is left out: what fits the schema may still be refused, since the schema does
    not say that a query has exactly one subject or that a key of a filter is known.
    """
    operation = schemathesis.openapi.from_dict(document)[path][method]
    wrong = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

    @hypothesis.seed(1)
    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy() | wrong)
    def ask(case: schemathesis.Case) -> None:
        response = case.call(base_url=generated, headers=WRITES)
        case.validate_response(response, headers=WRITES, excluded_checks=[positive_data_acceptance])

    ask()


def test_it_is_served_quickly(address: str) -> None:
    with httpx.Client() as client:
        assert client.get(f"{address}/openapi.json").elapsed.total_seconds() < 1
