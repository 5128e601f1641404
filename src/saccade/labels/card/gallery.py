"""The picture sheets of the page: clusters with their phrases and example pictures."""

from __future__ import annotations

from collections.abc import Mapping

from saccade.labels.card.facts import CardFacts, Cluster, Example, Member, Sheet
from saccade.labels.card.html import Cell, clean, count, details, number, plural, said, section, table, words

_NONE = '<span class="none">no picture</span>'
NAMED = 5  # phrases that are shown without opening anything


def gallery(facts: CardFacts, pictures: Mapping[str, str]) -> str:
    """The section of all sheets."""
    lead = (
        "A label's surest pictures first, then (dashed) the least sure that still count, where "
        "faults begin. The number on a picture is its score."
    )
    made = (_sheet(sheet, pictures) for sheet in facts.sheets if sheet.clusters)
    return section("pictures", "Pictures", lead, *made)


def _sheet(sheet: Sheet, pictures: Mapping[str, str]) -> str:
    listed = "\n".join(f"<li>{_cluster(one, pictures)}</li>" for one in sheet.clusters)
    title = f'<h3>{clean(sheet.name)}</h3><p class="soft">{clean(sheet.why)}</p>'
    return f'{title}\n<ul class="clusters">{listed}</ul>'


def _cluster(one: Cluster, pictures: Mapping[str, str]) -> str:
    shown = "".join(_picture(one, example, pictures.get(example.image_id)) for example in one.examples)
    strip = f'<ul class="strip">{shown}</ul>' if shown else '<p class="soft">No pictures to show.</p>'
    return f'<h4>{said(one.name)}</h4><p class="soft">{clean(_counts(one))}</p>{_members(one)}{strip}'


def _counts(one: Cluster) -> str:
    parts = [plural(one.images, "image", "images")]
    if one.draws is not None:
        parts.append(f"{number(round(one.draws, 1))} draws an epoch")
    if one.score is not None:
        parts.append(f"mean score {one.score:.2f}")
    if one.purity is not None:
        parts.append(f"purity {one.purity:.2f}")
    return " · ".join(parts)


def _members(one: Cluster) -> str:
    if one.size < 2:
        return ""
    names = ", ".join(said(member.phrase, member.language) for member in one.members[:NAMED])
    more = f" and {one.size - NAMED:,} more" if one.size > NAMED else ""
    header = ("phrase", "language", "support", "images", "mean score")
    cut = f" (the {len(one.members)} most said of {one.size:,})" if one.size > len(one.members) else ""
    rows = table(f"Phrases of {one.name}{cut}", header, map(_member, one.members), hidden=not cut)
    return f'<p class="members">{names}{more}</p>' + details(f"{one.size:,} phrases", rows)


def _member(one: Member) -> tuple[Cell, ...]:
    phrase, language = words(said(one.phrase, one.language)), words(clean(one.language or "unknown"))
    return phrase, language, count(one.support), count(one.images), Cell(f"{one.score:.2f}")


def _picture(cluster: Cluster, one: Example, address: str | None) -> str:
    kind, told = ("sure", "sure") if one.sure else ("near", "among the least sure")
    alt = clean(f"{cluster.name}, score {one.score:.2f}, {told}")
    image = f'<img src="{address}" alt="{alt}" loading="lazy">' if address else _NONE
    return f'<li class="{kind}">{image}<span class="score">{one.score:.2f}</span></li>'
