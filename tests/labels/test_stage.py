"""The whole labelling: right on odd input, the same after any stop, nothing to do where nothing changed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from saccade.errors import InputError, NotFoundError
from saccade.labels import gather
from saccade.labels.made import OUTPUTS
from saccade.labels.scratch import Scratch
from saccade.labels.stage import Label
from saccade.workspace import Workspace
from tests.labels.shops import put

COLOURS = ("red", "blue", "green", "white")
THINGS = ("corner sofa", "table lamp", "wool rug", "vase", "mug")
KNOWN = (*COLOURS, *THINGS)
Rows = dict[str, pa.Table]
SMALL = Label(support=2, card=False, languages=("en",))


def fill(ws: Workspace, items: int = 60, sources: tuple[str, ...] = ("title", "query", "alt")) -> Workspace:
    """Things in colours; each source says it in its own words, and one text in ten is another thing's."""
    rows: list[dict[str, Any]] = []
    for item in range(items):
        dice = random.Random(item)
        mine = dice.choice(COLOURS), dice.choice(THINGS)
        for source in sources:
            wrong = item != 5 and dice.random() < 0.1
            colour, thing = (dice.choice(COLOURS), dice.choice(THINGS)) if wrong else mine
            said = {
                "title": f"{thing}, {colour}, for every home",
                "query": f"{colour} {thing}",
                "alt": f"photo: one {thing}, {colour}",
            }[source]
            rows += [{"image_id": f"i{item:03}-{view}", "source": source, "text": said} for view in range(2)]
    put(ws, "images", [{"image_id": row["image_id"], "status": "ok"} for row in rows])
    shown = sorted({row["image_id"] for row in rows})
    put(ws, "item_images", [{"item_id": name.split("-")[0], "image_id": name} for name in shown])
    put(ws, "texts", rows)
    return ws


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return fill(Workspace(tmp_path / "ws", create=True))


def say(ws: Workspace, *texts: str, source: str = "title", image: str = "i000-0") -> None:
    put(ws, "texts", [{"image_id": image, "source": source, "text": text} for text in texts])


def about(item: int) -> tuple[str, str]:
    """The colour and the thing that item `item` really is."""
    dice = random.Random(item)
    return dice.choice(COLOURS), dice.choice(THINGS)


def said_of(ws: Workspace) -> Iterator[tuple[tuple[int, str], float]]:
    """((item, phrase), score) of every annotation of a first picture."""
    names = dict(zip(*ws.table("phrases").read(["phrase_id", "phrase"]).to_pydict().values(), strict=True))
    for row in ws.table("annotations").read(["image_id", "phrase_id", "score"]).to_pylist():
        if row["image_id"].endswith("-0"):
            yield (int(row["image_id"][1:4]), names[row["phrase_id"]]), row["score"]


def tables(ws: Workspace) -> Rows:
    """What a labelling wrote, in order of the keys."""
    found = {name: ws.table(name) for name in OUTPUTS}
    return {
        name: table.read().sort_by([(key, "ascending") for key in table.key]) for name, table in found.items()
    }


def phrases(ws: Workspace) -> set[str]:
    return set(ws.table("phrases").read(["phrase"]).column(0).to_pylist())


def labels_of(ws: Workspace, image: str) -> set[str]:
    names = dict(zip(*ws.table("labels").read(["label_id", "name"]).to_pydict().values(), strict=True))
    rows = ws.table("image_labels").read(["label_id"], f"image_id = '{image}'")
    return {names[found] for found in rows.column(0).to_pylist()}


def test_pictures_get_the_labels_that_are_said_of_them(ws: Workspace) -> None:
    report = SMALL.run(ws)
    assert report.counts["texts"] == 360 and report.counts["labelled_images"] == 120
    assert {"corner sofa", "vase", "blue"} <= phrases(ws)
    assert labels_of(ws, "i005-0") == labels_of(ws, "i005-1") >= set(about(5))
    scores = {pair: score for pair, score in said_of(ws)}
    alone = [
        score for (item, phrase), score in scores.items() if phrase in KNOWN and phrase not in about(item)
    ]
    true = [score for (item, phrase), score in scores.items() if phrase in about(item)]
    assert len(alone) > 3 and sum(alone) / len(alone) < sum(true) / len(true) - 0.1


def test_every_annotation_says_who_says_it(ws: Workspace) -> None:
    SMALL.run(ws)
    ids = dict(zip(*ws.table("phrases").read(["phrase", "phrase_id"]).to_pydict().values(), strict=True))
    colour = ids[about(5)[0]]
    (row,) = (
        ws.table("annotations").read(filter=f"image_id = 'i005-0' AND phrase_id = '{colour}'").to_pylist()
    )
    assert {said["source"]: said["texts"] for said in row["evidence"]} == {"title": 1, "query": 1, "alt": 1}
    assert 0 < row["score"] <= 1


def test_a_second_run_does_nothing_and_a_new_text_makes_one(ws: Workspace) -> None:
    SMALL.run(ws)
    before = {name: ws.table(name).version for name in OUTPUTS}
    assert SMALL.plan(ws).work == 0
    assert not SMALL.run(ws).changed
    assert {name: ws.table(name).version for name in OUTPUTS} == before
    say(ws, "A red rug")
    assert SMALL.plan(ws).work == 361
    assert SMALL.run(ws).changed


def test_ids_of_phrases_and_labels_stay_when_texts_come(ws: Workspace) -> None:
    SMALL.run(ws)
    before = tables(ws)
    fill(ws, 80)
    SMALL.run(ws)
    after = tables(ws)
    for table, key in (("phrases", "phrase_id"), ("labels", "label_id")):
        assert set(before[table].column(key).to_pylist()) <= set(after[table].column(key).to_pylist())


def test_nothing_is_left_but_the_tables_and_the_note(ws: Workspace) -> None:
    SMALL.run(ws)
    assert not Path(ws.uri, "labels").exists()


class Killed(BaseException):
    """As final as a kill: no `except Exception` sees it."""


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Stops everything at the n-th thing that is kept or marked."""
    left = [10**9]
    write = Scratch.write_bytes

    def counted(self: Scratch, name: str, data: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        write(self, name, data)

    monkeypatch.setattr(Scratch, "write_bytes", counted)

    def set_to(count: int) -> None:
        left[0] = count

    yield set_to


@pytest.mark.parametrize("engine_rows", [10, 100_000])
def test_stopped_anywhere_and_run_again_it_is_the_same(
    tmp_path: Path, stopping: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, engine_rows: int
) -> None:
    monkeypatch.setattr(gather, "ROWS", engine_rows)
    whole = fill(Workspace(tmp_path / "whole", create=True), 20)
    SMALL.run(whole)
    expected = tables(whole)
    ws = fill(Workspace(tmp_path / "ws", create=True), 20)
    stops, step = 0, 15 if engine_rows == 10 else 3
    while True:
        stopping(step)  # so many more marks, then dead again
        try:
            SMALL.run(ws)
            break
        except Killed:
            stops += 1
    assert stops >= 5
    assert tables(ws) == expected


def test_the_number_of_buckets_changes_nothing_of_what_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Confidences and clusters may differ in a last digit; what is said may not."""
    one, many = (fill(Workspace(tmp_path / name, create=True)) for name in ("one", "many"))
    SMALL.run(one)
    monkeypatch.setattr(gather, "ROWS", 20)
    SMALL.run(many)
    assert tables(one)["phrases"] == tables(many)["phrases"]
    left, right = (tables(ws)["annotations"].drop_columns("score") for ws in (one, many))
    assert left == right


# -- odd input -----------------------------------------------------------------------------------


def test_no_texts_no_words_and_no_phrases_are_one_line_each(tmp_path: Path) -> None:
    ws = Workspace(tmp_path / "ws", create=True)
    with pytest.raises(InputError, match="has no texts"):
        SMALL.run(ws)
    say(ws, " ", "!!!", "\u200b")
    with pytest.raises(InputError, match="no text has a word"):
        SMALL.run(ws)
    say(ws, "alone")
    with pytest.raises(InputError, match="lower --support or --agree"):
        SMALL.run(ws)


def test_one_source_alone(tmp_path: Path) -> None:
    ws = fill(Workspace(tmp_path / "ws", create=True), sources=("title",))
    SMALL.run(ws)
    assert "vase" in phrases(ws) and labels_of(ws, "i005-0")


def test_odd_texts_lose_nothing_and_break_nothing(ws: Workspace) -> None:
    SMALL.run(ws)
    before = phrases(ws)
    say(
        ws,
        "x" * 10_000_000,
        "\x00\x01\x1b[31m \u202eafos\u202c",
        "أريكة حمراء ספה red 赤いソファ",
        "\U0001f6cb" * 1000,
    )
    report = SMALL.run(ws)
    assert report.counts["texts"] == 364
    assert before <= phrases(ws)


def test_an_image_with_ten_thousand_texts_is_one_image(ws: Workspace) -> None:
    say(ws, *(f"purple gnome {number}" for number in range(10_000)), image="i007-0")
    SMALL.run(ws)
    assert "purple gnome" not in phrases(ws) and "corner sofa" in phrases(ws)


def test_a_phrase_in_every_text(ws: Workspace) -> None:
    texts = ws.table("texts").read()
    said = [f"{text} by Brandname" for text in texts.column("text").to_pylist()]
    ws.table("texts").replace(
        ws.table("texts").stage_rows(texts.set_column(2, texts.schema.field("text"), pa.array(said)))
    )
    SMALL.run(ws)
    assert {"vase", "brandname"} <= phrases(ws)


# -- what the user gives -------------------------------------------------------------------------


def test_a_given_dictionary_is_looked_for_and_nothing_else(ws: Workspace, tmp_path: Path) -> None:
    place = tmp_path / "phrases.csv"
    place.write_text("phrase,language\ncorner sofas,en\nCorner Sofa,en\nlamps,\nunicorn,en\n")
    Label(dictionary=str(place), card=False, languages=("en",)).run(ws)
    rows = {row["phrase"]: row for row in ws.table("phrases").read().to_pylist()}
    assert set(rows) == {"corner sofas", "lamps", "unicorn"}
    assert (
        rows["corner sofas"]["support"] > 0
        and rows["unicorn"]["support"] == 0
        and rows["lamps"]["origin"] == "given"
    )


def test_a_wrong_column_and_a_missing_file_are_one_line(ws: Workspace, tmp_path: Path) -> None:
    place = tmp_path / "phrases.csv"
    place.write_text("term\nsofa\n")
    with pytest.raises(InputError, match=r"expected a column 'phrase', found term"):
        Label(dictionary=str(place)).run(ws)
    with pytest.raises(NotFoundError, match=r"--block: there is no file"):
        Label(block=str(tmp_path / "none.txt")).run(ws)


def test_blocked_phrases_are_no_labels(ws: Workspace, tmp_path: Path) -> None:
    place = tmp_path / "block.txt"
    place.write_text("# not these\nMugs\nwool\n")
    Label(support=2, card=False, languages=("en",), block=str(place)).run(ws)
    assert not {"mug", "wool", "wool rug"} & phrases(ws) and "table lamp" in phrases(ws)


def test_judged_pairs_teach_a_scorer(ws: Workspace, tmp_path: Path) -> None:
    place = tmp_path / "judged.jsonl"
    SMALL.run(ws)
    rows = [
        {"item_id": f"i{item:03}", "phrase": phrase, "good": phrase in about(item)}
        for (item, phrase), _ in said_of(ws)
        if phrase in KNOWN
    ]
    place.write_text("\n".join(map(json.dumps, rows)))
    Label(support=2, card=False, languages=("en",), judged=str(place), scorer="logistic").run(ws)
    scores = [(phrase in about(item), score) for (item, phrase), score in said_of(ws) if phrase in KNOWN]
    true, false = ([score for good, score in scores if good is which] for which in (True, False))
    assert sum(true) / len(true) > 0.9 and sum(false) / max(len(false), 1) < 0.5


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"engine": "cloud"}, "expected the engine local or ray, found 'cloud'"),
        ({"scorer": "oracle"}, "expected the scorer"),
        ({"scorer": "lightgbm"}, "name a list of them with --judged"),
        ({"floor": 0.9}, "floor 0.9 is above threshold 0.5"),
        ({"ratio": 0.5}, "expected ratio from 1"),
        ({"clusters": 0}, "expected clusters of 1 or more"),
        ({"sources": ("tilte",)}, "expected texts of tilte, found texts of alt, query, title"),
    ],
)
def test_wrong_settings_are_one_line(ws: Workspace, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Label(**settings).run(ws)


def test_a_hierarchy_where_one_is_wanted(ws: Workspace) -> None:
    Label(support=2, card=False, languages=("en",), parents=3).run(ws)
    rows = ws.table("labels").read(["label_id", "parent"]).to_pylist()
    above = {row["parent"] for row in rows} - {None}
    assert 1 <= len(above) <= 3 and above <= {row["label_id"] for row in rows}
    assert all(row["parent"] is None for row in rows if row["label_id"] in above)
