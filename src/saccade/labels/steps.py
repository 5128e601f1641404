"""The steps that are done bucket by bucket, each from the scratch folder into the scratch folder.

Decided: what all buckets share (languages, vocabulary, vectors, scorer, labels) is loaded once a process, by
`Bench`; a step is then a function of the bench and a number, as `engine` wants it. Nothing here adds buckets
up: that is `labelling`'s.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.labels.annotate import annotation_rows
from saccade.labels.balance.build import Sides, labelled
from saccade.labels.balance.splits import Shares
from saccade.labels.balance.targets import LabelIndex, TargetSettings
from saccade.labels.clustering.context import Keys, key_words, similarity
from saccade.labels.clustering.cooccurrence import Counted, count_together, counted
from saccade.labels.clustering.units import Units, units
from saccade.labels.gather import Gathered, bucket_rows, gathered
from saccade.labels.match import heard, match
from saccade.labels.mining.constituents import Joints, count_constituents
from saccade.labels.mining.counting import count_level
from saccade.labels.mining.levels import Level
from saccade.labels.scoring.evidence import Evidence
from saccade.labels.scoring.scorer import Scorer, scorer_from_json
from saccade.labels.scratch import Mark, Scratch
from saccade.labels.settings import Options
from saccade.labels.signals.boilerplate import Repeats, without_boilerplate
from saccade.labels.signals.languages import LanguageModel
from saccade.labels.signals.phrases import phrase_words
from saccade.labels.signals.read import SignalSettings, read_signals
from saccade.labels.vocabulary import Vocabulary
from saccade.workspace import Clock, Workspace
from saccade.workspace.schemas import SPECS
from saccade.workspace.tables import Table

IMAGE_LABELS = SPECS["image_labels"].schema
Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Job:
    """A labelling, so that a worker in another process can set up its bench."""

    uri: str
    storage: dict[str, str]
    digest: str
    options: Options

    def bench(self) -> Bench:
        """A bench of this process."""
        return Bench(Workspace(self.uri, storage_options=self.storage), self.digest, self.options)


@dataclass
class Bench:
    """What the steps of a labelling work with; everything is loaded when it is first asked for."""

    ws: Workspace
    digest: str
    options: Options
    scratch: Scratch = field(init=False)
    _levels: dict[int, Level] = field(default_factory=dict[int, Level], init=False)

    def __post_init__(self) -> None:
        self.scratch = Scratch(self.ws, self.digest)

    @property
    def settings(self) -> SignalSettings:
        return SignalSettings(languages=self.options.languages)

    @cached_property
    def gathered(self) -> Gathered:
        return gathered(self.scratch)

    @cached_property
    def speech(self) -> LanguageModel:
        """What is known of the corpus's languages."""
        return LanguageModel.from_bytes(self.scratch.read_bytes("languages"))

    def lemmas(self, language: str, texts: Sequence[str]) -> list[list[str]]:
        """The words of phrases as the texts' words were made."""
        return phrase_words(texts, language, self.speech)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Every language of the texts, sorted; `HEARD` names their places."""
        mark = self.scratch.marked("steps/clean") or {"language": {}}
        return tuple(sorted(mark["language"]))

    @cached_property
    def repeats(self) -> Repeats:
        return Repeats.from_bytes(self.scratch.read_bytes("repeats.npz"))

    def level(self, words: int) -> Level:
        """The n-grams of so many words that survived."""
        if words not in self._levels:
            self._levels[words] = Level(words, self.scratch.read(f"level/{words}"))
        return self._levels[words]

    @cached_property
    def joints(self) -> Joints:
        """How well neighbours hold together, of all n-grams that survived."""
        levels = (self.scratch.marked("steps/levels") or {"levels": 0})["levels"]
        return Joints.of([self.level(words) for words in range(1, levels + 1)])

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(self.scratch.read("phrases"))

    @cached_property
    def keys(self) -> Keys:
        """The words of the phrases."""
        return key_words(self.vocabulary.table)

    @cached_property
    def vectors(self) -> npt.NDArray[np.float32]:
        """float32 [V, dim]: meanings of the phrases."""
        return self.scratch.read_array("vectors")

    def forget(self, name: str) -> None:
        """Load something anew when it is asked for the next time."""
        self.__dict__.pop(name, None)

    @cached_property
    def units(self) -> Units:
        """What phrases are made of."""
        return units(self.vocabulary.table)

    @cached_property
    def counted(self) -> Counted:
        """The units that are counted together."""
        return counted(self.units, self.vocabulary.table.column("support").to_numpy())

    @cached_property
    def scorer(self) -> Scorer:
        return scorer_from_json(self.scratch.read_bytes("scorer.json").decode())

    @cached_property
    def index(self) -> LabelIndex:
        return LabelIndex.of(self.scratch.read("labels"))

    @cached_property
    def sides(self) -> Sides:
        """Families, and which split each of them falls on."""
        options = self.options
        shares = Shares(1 - options.val - options.test, options.val, options.test, options.seed)
        return Sides.read(self.ws, shares)

    def evidence(self, bucket: int) -> Evidence:
        """What is known of a bucket's pairs."""
        said = self.scratch.read(f"said/{bucket}")
        near = similarity(said, self.vectors, self.keys)
        return Evidence(
            said, self.scratch.read(f"heard/{bucket}"), near, self.gathered.sources, self.languages
        )


def families_of(subjects: pa.Table) -> Codes:
    """int32 [subjects]: the family of each as a number within the bucket."""
    return subjects.column("family").combine_chunks().dictionary_encode().indices.to_numpy()


def signals(bench: Bench, bucket: int, clock: Clock) -> Mark:
    """Rows of a bucket become words, and what is pasted under everything is counted."""
    with clock.reading():
        rows = bucket_rows(bench.scratch, bucket)
    with clock.computing():
        found = read_signals(rows, bench.settings, bench.speech)
        repeats = Repeats()
        repeats.count(found.texts, found.subjects.column("family"))
    with clock.writing():
        bench.scratch.write(f"subjects/{bucket}", found.subjects)
        bench.scratch.write(f"raw/{bucket}", found.texts)
        bench.scratch.write(f"forms/{bucket}", found.forms, packed=False)
        bench.scratch.write_bytes(f"repeats/{bucket}", repeats.to_bytes())
    return {"counts": found.counts, "subjects": len(found.subjects)}


def clean(bench: Bench, bucket: int, clock: Clock) -> Mark:
    """Texts of a bucket without what is pasted under everything."""
    with clock.reading():
        raw = bench.scratch.read(f"raw/{bucket}")
    with clock.computing():
        texts, counts = without_boilerplate(raw, bench.repeats)
        tallies = {name: _tally(texts.column(name)) for name in ("language", "source")}
        copied = _tally(texts.filter(texts.column("copied")).column("source"))
        covered = _covered(texts, bench.scratch.read(f"subjects/{bucket}"))
    with clock.writing():
        bench.scratch.write(f"texts/{bucket}", texts, packed=False)
    return {"counts": counts, **tallies, "copied": copied, "covered": covered}


@dataclass(frozen=True)
class Count:
    """The step that counts the n-grams of `words` words."""

    words: int

    def __call__(self, bench: Bench, bucket: int, clock: Clock) -> Mark:
        with clock.reading():
            texts = bench.scratch.read(f"texts/{bucket}")
            family = families_of(bench.scratch.read(f"subjects/{bucket}"))
        with clock.computing():
            state = bench.level(self.words - 1) if self.words > 1 else None
            counts = count_level(texts, family, bench.gathered.sources, state)
        with clock.writing():
            bench.scratch.write(f"counts/{self.words}/{bucket}", counts, packed=False)
        return {"grams": len(counts)}


def constituents(bench: Bench, bucket: int, clock: Clock) -> Mark:
    """In how many families of a bucket each n-gram that survived is a constituent of a text."""
    with clock.reading():
        texts = bench.scratch.read(f"texts/{bucket}")
        family = families_of(bench.scratch.read(f"subjects/{bucket}"))
    with clock.computing():
        counts = count_constituents(texts, family, bench.joints)
    with clock.writing():
        bench.scratch.write(f"whole/{bucket}", pa.table({"families": counts}))
    return {}


def find(bench: Bench, bucket: int, clock: Clock) -> Mark:
    """Every phrase in every text, who could have said it, and what is said together."""
    with clock.reading():
        texts = bench.scratch.read(f"texts/{bucket}")
        subjects = bench.scratch.read(f"subjects/{bucket}")
    with clock.computing():
        said = match(texts, bench.vocabulary, bench.gathered.sources)
        listening = heard(texts, bench.gathered.sources, bench.languages)
        support = _support(said, families_of(subjects), len(bench.vocabulary))
    with clock.writing():
        bench.scratch.write(f"said/{bucket}", said)
        bench.scratch.write(f"heard/{bucket}", listening)
        bench.scratch.write(f"support/{bucket}", pa.table({"families": support}))
    return {"said": len(said), "subjects": len(subjects)}


def together(bench: Bench, bucket: int, clock: Clock) -> Mark:
    """Which units of phrases are said of the same subjects."""
    with clock.reading():
        said = bench.scratch.read(f"said/{bucket}")
    with clock.computing():
        counts = count_together(said, bench.counted, bench.gathered.sources)
    with clock.writing():
        bench.scratch.write(f"together/{bucket}", counts)
    return {"pairs": len(counts)}


def score(bench: Bench, bucket: int, clock: Clock) -> Mark:
    """How sure each pair is; what is sure enough becomes rows of `annotations`, staged."""
    with clock.reading():
        subjects = bench.scratch.read(f"subjects/{bucket}")
    with clock.computing():
        evidence = bench.evidence(bucket)
        scores = bench.scorer.confidence(evidence, bench.vocabulary.table)
        rows = annotation_rows(evidence, scores, subjects, bench.vocabulary, bench.options.floor)
    with clock.writing():
        staged = bench.ws.table("annotations").stage_rows(rows)
        bench.scratch.write(f"scored/{bucket}", rows.select(["image_id", "phrase_id", "score"]))
    sure = scores >= bench.options.threshold
    return {"staged": staged, "rows": len(rows), "pairs": len(scores), "sure": int(sure.sum())}


def target(bench: Bench, bucket: int, clock: Clock) -> Mark:
    """What is learned from each picture of a bucket: rows of `image_labels`, staged, counted by split."""
    with clock.reading():
        rows = bench.scratch.read(f"scored/{bucket}").sort_by([("image_id", "ascending")]).combine_chunks()
    with clock.computing():
        wanted = TargetSettings(threshold=bench.options.threshold, top=bench.options.per_image)
        parts = [labelled(batch, bench.index, wanted, bench.sides) for batch in rows.to_batches()]
        made = pa.concat_tables([IMAGE_LABELS.empty_table(), *parts])
        counts = made.group_by(["label_id", "split"]).aggregate([("weight", "sum"), ([], "count_all")])
    with clock.writing():
        staged = bench.ws.table("image_labels").stage_rows(made)
        bench.scratch.write(f"sides/{bucket}", made.select(["image_id", "split"]))
        bench.scratch.write(f"label_counts/{bucket}", counts)
    images = len(pc.unique(made.column("image_id")))
    return {"staged": staged, "rows": len(made), "images": images}


def pictures(prints: Table, subjects: pa.Table, width: int) -> npt.NDArray[np.float32]:
    """float32 [subjects, width]: the mean fingerprint of each subject's pictures, NaN where it has none."""
    images = subjects.column("image_ids").combine_chunks()
    owner = np.asarray(pc.list_parent_indices(images))
    rows = prints.take(images.flatten().to_pylist(), ["id", "vector"])
    place = pc.index_in(images.flatten(), value_set=rows.column("id").combine_chunks())
    known = np.asarray(pc.is_valid(place))
    flat = rows.column("vector").combine_chunks().flatten().to_numpy(zero_copy_only=False)
    found = flat.reshape(-1, width).astype(np.float32)[np.asarray(pc.drop_null(place))]
    total, count = np.zeros((len(subjects), width), np.float32), np.zeros(len(subjects))
    np.add.at(total, owner[known], np.nan_to_num(found))
    np.add.at(count, owner[known], 1)
    total[count == 0] = np.nan
    return total / np.maximum(count, 1)[:, None].astype(np.float32)


def _tally(column: pa.ChunkedArray) -> dict[str, int]:
    counted = pc.value_counts(column.cast(pa.string()))
    return {row["values"]: row["counts"] for row in counted.to_pylist()}


def _covered(texts: pa.Table, subjects: pa.Table) -> dict[str, int]:
    """How many pictures have a text of each source."""
    spoken = (
        texts.select(["subject", "source"]).group_by(["subject", "source"], use_threads=False).aggregate([])
    )
    lengths = np.asarray(pc.list_value_length(subjects.column("image_ids")))
    images = lengths[spoken.column("subject").to_numpy()]
    source = spoken.column("source").cast(pa.string()).to_pylist()
    found: Counter[str] = Counter()
    for name, count in zip(source, images.tolist(), strict=True):
        found[name] += count
    return dict(found)


def _support(said: pa.Table, family: Codes, phrases: int) -> npt.NDArray[np.int32]:
    """int32 [V]: families that say each phrase."""
    pairs = said.column("phrase").to_numpy().astype(np.int64) * (int(family.max(initial=0)) + 1)
    distinct = np.unique(pairs + family[said.column("subject").to_numpy()])
    return np.bincount(distinct // (int(family.max(initial=0)) + 1), minlength=phrases).astype(np.int32)
