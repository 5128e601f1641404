"""What passes between the parts of weak labelling: Arrow schemas, each said once.

Decided:
- The unit of evidence is the *subject*: the images of one family that carry exactly the same texts (three
  views of one product, say). A family is everything joined by an item or by near-duplicates. Statistics
  count families, so that a product with ten pictures speaks once; what is found is spread over the images
  of the subject at the end.
- A bucket holds whole families, chosen by a hash, so every bucket is worked on alone, on any machine, and
  counts of buckets simply add up.
- Words and phrases travel as 64-bit hashes (`hashing`); a phrase's id is its hash, so it is the same in
  every rebuild.

Not here: the tables of the workspace (`saccade.workspace.schemas`).
"""

from __future__ import annotations

import pyarrow as pa

_NAMES = pa.dictionary(pa.int32(), pa.string())

UNKNOWN = "und"
"""Language of a text that nothing could be said about (ISO 639-2 for "undetermined")."""

GATHERED = pa.schema({
    "image_id": pa.string(), "family": pa.string(), "source": pa.string(), "text": pa.large_string(),
    "language": pa.string(), "weight": pa.float32(),
})  # fmt: skip
"""Rows of a bucket as they come, sorted by family, image, source, text. language: as told (may be null, may
be wrong); weight: how often or how surely it was said, above 0, 1 where unknown."""

SUBJECTS = pa.schema({
    "subject": pa.int32(), "family": pa.string(), "image_ids": pa.list_(pa.string()),
})  # fmt: skip
"""subject: 0..S-1, a number within the bucket, in order of the first image's place in the bucket."""

TEXTS = pa.schema({
    "subject": pa.int32(), "source": _NAMES, "language": _NAMES, "weight": pa.float32(),
    "words": pa.large_list(pa.uint64()), "copied": pa.bool_(),
})  # fmt: skip
"""Texts that may be matched, by subject. language: ISO 639-1 or `UNKNOWN`; words: hashes of lemmas in
order, 0 where a phrase may not go on (punctuation, dropped words); copied: another text of this subject,
of another source, says the same word for word, so it is no evidence of its own."""

FORMS = pa.schema({
    "language": pa.string(), "word": pa.uint64(), "lemma": pa.string(), "surface": pa.string(),
    "count": pa.int64(),
})  # fmt: skip
"""The words of a bucket: one row for each (language, lemma, surface). word: `hashing.word_hash(lemma)`;
surface: as written, lower case; count: how many times."""

SAID = pa.schema({
    "subject": pa.int32(), "phrase": pa.int32(), "source": pa.int16(), "texts": pa.int32(),
    "weight": pa.float32(), "longest": pa.float32(), "copied": pa.int32(),
})  # fmt: skip
"""Who says what, one row for each (subject, phrase, source), sorted by these. phrase: row of the
vocabulary; source: place in the list of sources; texts: how many texts of that source say it; weight: the
sum of theirs; longest: share 0..1 of those texts in which no longer phrase covers it; copied: how many of
them are copies of another source's text."""

HEARD = pa.schema({
    "subject": pa.int32(), "source": pa.int16(), "language": pa.int16(), "texts": pa.int32(),
})  # fmt: skip
"""How many texts a subject has of each source and language (place in the list of languages): who could have
said a phrase and did not."""
