"""What is in a camera photo: objects, the main one, salient colours, quality; words come from `words`.

Decided: the main object is what the person marked; else the detector's best box by score, size and nearness
to the middle, for people point their camera at what they mean; else, without a detector or where it finds
nothing, the region that stands out. A box that is almost the whole photo is no crop worth asking with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from saccade.discovery.lens.quality import quality
from saccade.discovery.lens.salient import salient_box
from saccade.discovery.lens.shapes import Pixels, Seen, Tone, Understanding, Word
from saccade.vision.boxes import Box, iou
from saccade.vision.colour import salient_colours
from saccade.vision.detections import Detections
from saccade.vision.lab import to_rgb

MOST_OBJECTS = 24
WHOLE = 0.92  # share of the photo from which a box is the photo
LEAST_SCORE = 0.3  # of a detector's box
SALIENT = 0.25  # how far what merely stands out is to be taken for the object that is meant


class Detects(Protocol):
    """A detector, as `saccade.detection` has them."""

    @property
    def categories(self) -> tuple[str, ...]: ...

    def detect(self, pictures: Sequence[Pixels]) -> list[Detections]: ...


def understand(rgb: Pixels, box: Box | None = None, detector: Detects | None = None) -> Understanding:
    """Everything that a photo, uint8 [H, W, 3], says by itself; words are filled in later."""
    objects = seen(rgb, detector)
    main = Seen(box, _category(box, objects), 1.0, "person") if box is not None else _main(rgb, objects)
    return Understanding(objects, main, (), tones(rgb), quality(rgb))


def seen(rgb: Pixels, detector: Detects | None) -> tuple[Seen, ...]:
    """What a detector finds, best first; nothing without one."""
    if detector is None:
        return ()
    found = detector.detect([rgb])[0]
    rows = np.flatnonzero(found.scores >= LEAST_SCORE)[:MOST_OBJECTS]
    kept = found.select(rows)
    known = list(detector.categories)
    names = [known[label] for label in kept.labels.tolist()]
    return tuple(
        Seen(box, name, float(score), "detector")
        for box, name, score in zip(kept.placed, names, kept.scores.tolist(), strict=True)
    )


def tones(rgb: Pixels) -> tuple[Tone, ...]:
    """The salient colours of a photo, the largest first."""
    found = salient_colours(rgb)
    shown = to_rgb(found.lab).reshape(-1, 3).tolist()
    rows = zip(found.names, shown, found.lab.tolist(), found.shares.tolist(), strict=True)
    return tuple(
        Tone(name, "#{:02x}{:02x}{:02x}".format(*pixel), (lab[0], lab[1], lab[2]), share)
        for name, pixel, lab, share in rows
    )


def notes(known: Understanding, detector: bool) -> list[str]:
    """What to tell a person about their photo."""
    said: list[str] = []
    if known.main is None:
        said.append("No object stands out; the whole photo was searched. Mark the part that you mean.")
    elif detector and known.main.origin == "salient":
        said.append(
            "No known object was found; the part that stands out was searched beside the whole photo."
        )
    said += [text for flaw, text in _FLAWS.items() if flaw in known.quality.flaws]
    return said


_FLAWS = {
    "blurred": "The photo is blurred or has little detail: hold still, or move closer.",
    "dark": "The photo is dark: more light would help.",
    "bright": "The photo is overexposed: step out of the glare.",
    "flat": "The photo has little contrast.",
    "small": "The photo is very small.",
    "grey": "The photo has no colour, so colours were not told apart.",
}


def with_words(known: Understanding, words: tuple[Word, ...]) -> Understanding:
    """The same with the words that were predicted."""
    return Understanding(known.objects, known.main, words, known.colours, known.quality)


def _main(rgb: Pixels, objects: Sequence[Seen]) -> Seen | None:
    if objects:
        return max(objects, key=lambda one: one.score * _worth(one.box))
    box = salient_box(rgb)
    return None if box is None or box.area >= WHOLE else Seen(box, "object", SALIENT, "salient")


def _worth(box: Box) -> float:
    """0..1: larger and nearer to the middle is more."""
    x, y = box.x + box.width / 2 - 0.5, box.y + box.height / 2 - 0.5
    return float(np.sqrt(box.area) * np.exp(-4 * (x * x + y * y)))


def _category(box: Box, objects: Sequence[Seen]) -> str:
    """That of the object which the marked box is about, `object` where there is none."""
    if not objects:
        return "object"
    theirs = [(one.box.x, one.box.y, one.box.width, one.box.height) for one in objects]
    over = iou([(box.x, box.y, box.width, box.height)], theirs)[0]
    best = int(over.argmax())
    return objects[best].category if over[best] >= 0.3 else "object"
