"""The label card: what a person must know before training on weak labels, as a page and as JSON.

    facts = gather_facts(ws, RunFacts(...))
    uri = write_card(ws, facts)

Decided: everything on the page is in `CardFacts`, a plain dataclass that `card.json` holds too; only the
pictures are added when the page is written. The card that lies in the workspace is the baseline of the next.

Not here: who computes what the card says (the stage); the export of the labels.
"""

from saccade.labels.card.facts import CardFacts
from saccade.labels.card.gather import gather_facts
from saccade.labels.card.given import JudgedPairs, Move, Rate, RunFacts, SourceGiven
from saccade.labels.card.write import write_card

__all__ = [
    "CardFacts",
    "JudgedPairs",
    "Move",
    "Rate",
    "RunFacts",
    "SourceGiven",
    "gather_facts",
    "write_card",
]
