"""A typed client of the HTTP service, sync and async; it needs neither the engine nor the server.

from saccade.client import Client
with Client("http://127.0.0.1:8000") as client:
    for row in client.search(text="red shoe").results:
        print(row.score, row.item_id)
"""

from saccade.client.answers import (
    Answer,
    Box,
    BulkResult,
    Deleted,
    FieldInfo,
    FieldValue,
    FoundObject,
    IndexInfo,
    Info,
    Item,
    ItemDetail,
    ItemPicture,
    Limits,
    Page,
    Picture,
    Put,
    Ready,
    Result,
    StoredPicture,
)
from saccade.client.client import AsyncClient, Client
from saccade.client.conditions import all_of, any_of, between, equals, not_, some_of
from saccade.client.errors import (
    ApiError,
    Busy,
    Invalid,
    Locked,
    NotAllowed,
    NotFound,
    TooLarge,
    Unexpected,
    Unreachable,
)
from saccade.client.items import ItemFields, NewPicture

__all__ = [
    "Answer", "ApiError", "AsyncClient", "Box", "BulkResult", "Busy", "Client", "Deleted", "FieldInfo",
    "FieldValue", "FoundObject", "IndexInfo", "Info", "Invalid", "Item", "ItemDetail", "ItemFields",
    "ItemPicture", "Limits", "Locked", "NewPicture", "NotAllowed", "NotFound", "Page", "Picture", "Put",
    "Ready", "Result", "StoredPicture", "TooLarge", "Unexpected", "Unreachable", "all_of", "any_of",
    "between", "equals", "not_", "some_of",
]  # fmt: skip
