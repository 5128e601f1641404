"""Writes the card into the workspace: `reports/labels/card.html` and `card.json`."""

from __future__ import annotations

import json
from dataclasses import asdict

from saccade.labels.card.facts import CardFacts
from saccade.labels.card.page import render
from saccade.labels.card.pictures import thumbnails
from saccade.progress import SILENT, Progress
from saccade.workspace import Workspace
from saccade.workspace.schemas import LABEL_CARD


def write_card(ws: Workspace, facts: CardFacts, progress: Progress = SILENT) -> str:
    """Write page and JSON, each whole or not at all; returns the URI of the page.

    The JSON comes last: once it is there, the page is, and the next card compares with it.
    """
    shown = [one.image_id for sheet in facts.sheets for cluster in sheet.clusters for one in cluster.examples]
    page = render(facts, thumbnails(ws, shown, progress))
    uri = ws.write_bytes(f"{LABEL_CARD}/card.html", page.encode())
    text = json.dumps(asdict(facts), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    ws.write_bytes(f"{LABEL_CARD}/card.json", text.encode())
    return uri
