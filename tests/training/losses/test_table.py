"""The table of classes: rows by number, with or without sparse gradients."""

from __future__ import annotations

import pytest
import torch

from saccade.training.losses.table import ClassTable


@pytest.mark.parametrize("sparse", [False, True])
def test_rows_and_biases_are_those_asked_for(sparse: bool) -> None:
    bias = torch.arange(6).float()
    table = ClassTable(6, 3, 0.5, bias, sparse)
    ids = torch.tensor([1, 4])
    assert torch.equal(table.rows(ids), table.rows()[ids]) and table.rows().shape == (6, 3)
    assert table.biases(ids).tolist() == [1, 4] and table.biases().tolist() == bias.tolist()
    assert float(table.rows().detach().abs().max()) <= 0.5


@pytest.mark.parametrize("sparse", [False, True])
def test_only_rows_that_were_read_get_a_gradient(sparse: bool) -> None:
    table = ClassTable(6, 3, 0.5, torch.zeros(6), sparse)
    ids = torch.tensor([1, 4])
    (table.rows(ids).sum() + table.biases(ids).sum()).backward()
    for parameter in table.parameters():
        assert parameter.grad is not None and parameter.grad.is_sparse == sparse
        touched = parameter.grad.to_dense().reshape(6, -1).any(1)
        assert touched.tolist() == [False, True, False, False, True, False]
