"""The schemas hold what the design says of them."""

from __future__ import annotations

import pytest

from saccade.workspace import Workspace
from saccade.workspace.schemas import SPECS, TableSpec, fingerprint_spec


@pytest.mark.parametrize("spec", [*SPECS.values(), fingerprint_spec("m-1", 12)], ids=lambda spec: spec.name)
def test_keys_are_columns_that_are_never_null(spec: TableSpec) -> None:
    assert spec.key
    for name in spec.schema.names:
        assert spec.schema.field(name).nullable == (name not in spec.key)


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_table_can_be_made_and_read_back(ws: Workspace, name: str) -> None:
    table = ws.table(name)
    table.create()
    dataset = table.dataset()
    assert dataset is not None
    assert dataset.schema.equals(table.schema)


def test_a_fingerprint_has_room_for_its_bits() -> None:
    schema = fingerprint_spec("m-1", 12).schema
    assert schema.field("vector").type.list_size == 12
    assert schema.field("bits").type.byte_width == 2
