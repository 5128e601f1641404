"""Tasks from short texts and from tables of a file."""

from __future__ import annotations

import pytest

from saccade.errors import InputError
from saccade.training.tasks import Task


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("item", Task("item", kind="retrieval")),
        ("base_colour", Task("base_colour")),
        ("labels", Task("labels", kind="multi", order="labels")),
        ("look=style:multi:sigmoid@0.5", Task("look", "style", "multi", "sigmoid", 0.5)),
        ("Article Type", Task("Article_Type", "Article Type")),
        ("item:retrieval:triplet", Task("item", kind="retrieval", loss="triplet")),
    ],
)
def test_a_short_text_says_a_task(text: str, expected: Task) -> None:
    assert Task.parse(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour:sinlge", "did you mean 'single'"),
        ("colour:single:proxi", "did you mean 'proxy'"),
        ("colour@much", "expected a number"),
        ("colour@-1", "above 0"),
        ("", "a task is"),
        ("9=colour", "a letter"),
    ],
)
def test_a_wrong_text_is_one_line(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        Task.parse(text)
    assert "\n" not in str(error.value)


def test_a_table_of_a_file_says_more() -> None:
    task = Task.from_mapping("skin", {"label": "tone", "map": {"1": "light"}, "order": "balanced"})
    assert (task.label, task.map, task.order, task.loss) == ("tone", {"1": "light"}, "balanced", "proxy")


def test_a_wrong_key_names_the_nearest() -> None:
    with pytest.raises(InputError, match="task skin: unknown key 'wieght'; did you mean 'weight'"):
        Task.from_mapping("skin", {"wieght": 2})
