"""The card of a small marketplace: its figures, its pictures, what has changed, hostile text."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from html.parser import HTMLParser

import numpy as np
import pytest

from saccade.labels.card import CardFacts, Move, RunFacts, gather_facts, write_card
from saccade.labels.card.checks import FEW
from saccade.workspace import Workspace
from tests.labels.card.conftest import LABELS, SOURCES, fill, label_id, put, told


class Tags(HTMLParser):
    """Every element with its attributes, and whether all that opened are closed in order."""

    VOID = ("meta", "img", "line", "path", "polyline", "circle", "rect")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def facts(shop: Workspace) -> CardFacts:
    return gather_facts(shop, told())


def page(ws: Workspace) -> str:
    return ws.read_bytes("reports/labels/card.html").decode()


def test_counts_are_those_of_the_tables(shop: Workspace, facts: CardFacts) -> None:
    said = shop.table("annotations").read().to_pylist()
    above = [row for row in said if row["score"] >= 0.4]
    kept = shop.table("image_labels").read().to_pylist()
    totals = facts.totals
    assert (totals.annotations, totals.above, totals.pairs) == (len(said), len(above), len(kept))
    assert totals.labelled == len({row["image_id"] for row in kept}) == sum(totals.splits.values())
    assert sum(at * n for at, n in enumerate(totals.labels_per_image, 1)) <= len(kept)
    for source in SOURCES:
        (row,) = (one for one in facts.sources if one.source == source)
        mine = [[one["source"] for one in given["evidence"]] for given in above]
        assert row.supports == sum(source in names for names in mine)
        assert row.alone == mine.count([source])
    assert sum(facts.scores) == len(said)
    assert facts.curves[0].total == len(said)
    assert facts.curves[1].total == len(kept)
    assert len(facts.curves) == 2


def test_draws_that_are_told_are_taken(shop: Workspace) -> None:
    draws = {label_id("red dress"): 30.0, label_id("oak chair"): 10.0}
    facts = gather_facts(shop, replace(told(), draws=draws))
    balanced = facts.curves[2]
    assert "75% of the draws after balancing" in " ".join(one.text for one in facts.findings)
    write_card(shop, facts)
    assert "30 draws an epoch" in page(shop)
    assert (balanced.classes, balanced.largest, balanced.ratio) == (2, 30, 3)
    assert balanced.gini == pytest.approx(0.25)
    assert balanced.entropy == pytest.approx(0.8113, abs=1e-4)


def test_examples_are_the_surest_and_the_least_sure(shop: Workspace, facts: CardFacts) -> None:
    rows = shop.table("annotations").read(["image_id", "phrase_id", "score"]).to_pylist()
    labels = {row["label_id"]: row["phrases"] for row in shop.table("labels").read().to_pylist()}
    for sheet in facts.sheets:
        for cluster in sheet.clusters:
            mine = [row["score"] for row in rows
                    if row["phrase_id"] in labels[cluster.label_id] and row["score"] >= 0.4]  # fmt: skip
            shown = [one.image_id for one in cluster.examples]
            assert len(set(shown)) == len(shown) == min(8, len(mine))
            assert cluster.examples[0].score == pytest.approx(max(mine), abs=0.01)
            assert cluster.examples[-1].score == pytest.approx(min(mine), abs=0.01)
    by_name = {sheet.name: sheet.clusters for sheet in facts.sheets}
    assert [one.images for one in by_name["Largest"]] == sorted(
        (one.images for one in by_name["Largest"]), reverse=True
    )
    assert by_name["Largest"][0].images >= by_name["Smallest"][0].images
    assert by_name["Most doubtful"][0].purity == pytest.approx(0.4)


def test_the_same_run_gives_the_same_card_and_another_seed_another(shop: Workspace, facts: CardFacts) -> None:
    assert gather_facts(shop, told()) == facts
    other = gather_facts(shop, replace(told(), seed=8))
    assert other.sheets != facts.sheets
    assert other.totals == facts.totals


def test_warnings_come_first_and_name_the_fault(facts: CardFacts, shop: Workspace) -> None:
    text = " ".join(one.text for one in facts.findings)
    small = sum(0 < one < FEW for one in _images(shop).values())
    assert f"{small:,} labels" in text
    assert "“title” stands behind" in text
    assert "66% of the texts of “description” are copies" in text
    assert "“board”, behind" in text
    leaked = gather_facts(shop, replace(told(), leaked=2)).findings
    assert leaked[0].level == "serious"
    assert leaked[0].text == "2 families lie in more than one split."
    assert "checked" in gather_facts(shop, replace(told(), leaked=None)).findings[0].text


def _images(ws: Workspace) -> dict[str, int]:
    found: dict[str, int] = {}
    for label in ws.table("image_labels").read(["label_id"])["label_id"].to_pylist():
        found[label] = found.get(label, 0) + 1
    return found


def test_the_page_holds_against_hostile_text(shop: Workspace, facts: CardFacts) -> None:
    told_badly = replace(told(), settings={"x": "</style><script>1</script>"}, bottleneck="<b>io</b>")
    write_card(shop, gather_facts(shop, told_badly))
    html = page(shop)
    tags = Tags(html)
    assert tags.open == []
    names = {tag for tag, _ in tags.seen}
    assert names.isdisjoint({"script", "iframe", "link", "object", "b"})
    assert all(not name.startswith("on") for _, attributes in tags.seen for name in attributes)
    sources = [attributes["src"] or "" for tag, attributes in tags.seen if tag == "img"]
    assert sources
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in html
    assert '<bdi dir="auto">فستان أحمر</bdi>' in html
    assert "\x00" not in html


def test_every_anchor_leads_somewhere(shop: Workspace, facts: CardFacts) -> None:
    write_card(shop, facts)
    tags = Tags(page(shop))
    ids = [attributes["id"] for _, attributes in tags.seen if "id" in attributes]
    assert len(set(ids)) == len(ids)
    links = {(attributes.get("href") or "").removeprefix("#") for tag, attributes in tags.seen if tag == "a"}
    assert len(links) == 8
    assert links <= set(ids)


def test_the_json_says_what_the_page_says(shop: Workspace, facts: CardFacts) -> None:
    uri = write_card(shop, facts)
    assert uri.endswith("reports/labels/card.html")
    told_again = json.loads(shop.read_bytes("reports/labels/card.json"))
    assert told_again == json.loads(json.dumps(asdict(facts)))
    for finding in facts.findings:
        assert finding.advice.replace("'", "&#x27;") in page(shop)


def test_a_missing_picture_costs_nothing_else(shop: Workspace, facts: CardFacts) -> None:
    lost = facts.sheets[0].clusters[0].examples[0].image_id
    shop.table("images").delete(f"image_id = '{lost}'")
    write_card(shop, facts)
    assert "no picture" in page(shop)
    assert page(shop).count("data:image/jpeg") > 20


def test_the_second_card_says_what_changed(shop: Workspace, facts: CardFacts) -> None:
    assert facts.drift is None
    write_card(shop, facts)
    assert "first card" in page(shop)
    parted = [pair for pair in LABELS if pair[0] not in ("oak chair", "tea cup")]
    cup, mug, tasse = dict(LABELS)["tea cup"]
    fill(shop, [*parted, ("tea cup", (mug,)), ("cups", (cup, tasse)), ("lamp", (("en", "lamp"),))], seed=1)
    run = told()
    weaker = replace(run.sources[0], precision=replace(run.sources[0].precision, value=0.8))  # pyright: ignore
    after = gather_facts(shop, replace(run, sources=(weaker, *run.sources[1:])))
    drift = after.drift
    assert drift is not None
    assert drift.since == facts.made
    assert (drift.phrases.born_names, drift.phrases.gone_names) == (("lamp",), ("oak chair",))
    assert (drift.phrases.born, drift.phrases.gone, drift.phrases.exact) == (1, 1, True)
    assert set(drift.labels.born_names) == {"cups", "lamp"}
    assert drift.labels.gone_names == ("oak chair",)
    assert drift.moved == 2
    assert set(drift.moves) == {Move("tea cup", "tea cup", "cups"), Move("teetasse", "tea cup", "cups")}
    changed = {one.name: (one.before, one.after) for one in drift.counts}
    assert changed["tea cup"][1] == _images(shop)[label_id("tea cup")]
    title = next(one for one in drift.precision if one.name == "title")
    assert (title.before, title.after) == (0.93, 0.8)
    write_card(shop, after)
    assert "−0.13" in page(shop)


def test_an_older_layout_or_a_broken_card_is_no_baseline(shop: Workspace, facts: CardFacts) -> None:
    for text in ("{", json.dumps({"layout": 0}), json.dumps({"layout": 1}), "[]"):
        shop.write_bytes("reports/labels/card.json", text.encode())
        assert gather_facts(shop, told()).drift is None


def test_beyond_what_is_kept_numbers_are_estimates(
    shop: Workspace, facts: CardFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saccade.labels.card.baseline.KEPT", 22)
    monkeypatch.setattr("saccade.labels.card.drift.KEPT", 22)
    write_card(shop, gather_facts(shop, told()))
    fill(shop, [pair for pair in LABELS if not pair[0].startswith("thing 1")])
    drift = gather_facts(shop, told()).drift
    assert drift is not None
    assert not drift.phrases.exact
    assert drift.phrases.before - drift.phrases.after == 11
    assert drift.phrases.born == 0
    assert 2 <= drift.phrases.gone <= 22
    write_card(shop, gather_facts(shop, told()))
    assert "about " in page(shop)


def test_nothing_at_all_still_makes_a_card(tmp_path) -> None:
    ws = Workspace(tmp_path / "ws", create=True)
    facts = gather_facts(ws, RunFacts())
    assert [one.text for one in facts.findings] == ["No image has a label."]
    write_card(ws, facts)
    assert Tags(page(ws)).open == []


def test_runs_of_images_go_over_batches(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gather_facts(shop, told())
    monkeypatch.setattr("saccade.labels.card.counting.BATCH", 7)
    monkeypatch.setattr("saccade.labels.card.tally.FOLD_AT", 20)
    parts = gather_facts(shop, told())
    assert parts.totals == whole.totals
    assert parts.sources == whole.sources
    assert parts.curves == whole.curves


def test_a_purity_that_is_no_number_is_unknown(shop: Workspace) -> None:
    rows = shop.table("labels").read().to_pylist()
    put(shop, "labels", [row | {"purity": float("nan")} for row in rows])
    facts = gather_facts(shop, told())
    assert {one.purity for sheet in facts.sheets for one in sheet.clusters} == {None}
    write_card(shop, facts)


def test_a_score_that_is_missing_counts_as_none(shop: Workspace) -> None:
    row = shop.table("annotations").read().to_pylist()[0] | {"score": None, "evidence": None}
    put(shop, "annotations", [row])
    facts = gather_facts(shop, told())
    assert (facts.totals.annotations, facts.totals.above) == (1, 0)
    assert np.array(facts.scores).tolist() == [1] + [0] * 19
