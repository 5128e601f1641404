"""Small versions of `benchmarks/faults.py`: bad files, kills, a second writer, a full disk."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import StorageError
from saccade.fingerprints.model import _kept
from saccade.index.files import copy_sparse
from saccade.workspace import Workspace

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
import faults

KILLED = (
    "ingest",
    "ingest-changed",
    "fingerprint-changed",
    "index-exact-changed",
    "index-edge",
    "label-changed",
)


@pytest.fixture(scope="module")
def nursery() -> Iterator[faults.Nursery]:
    with faults.Nursery() as found:
        yield found


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> dict[str, faults.Scenario]:
    made = faults.scenarios(tmp_path_factory.mktemp("scenarios") / "start", 40)
    return {scenario.name: scenario for scenario in made}


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory, scenarios: dict[str, faults.Scenario], nursery: faults.Nursery
) -> Callable[[str], faults.Undisturbed]:
    """What the undisturbed run of a scenario leaves, made once."""
    made: dict[str, faults.Undisturbed] = {}

    def get(name: str) -> faults.Undisturbed:
        if name not in made:
            place = tmp_path_factory.mktemp("whole") / "ws"
            made[name] = faults.undisturbed(scenarios[name], place, nursery)
        return made[name]

    return get


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[tuple[Path, Callable[[int], None]]]:
    """A small tmpfs and a function that resizes it."""
    try:
        with faults.small_disk(tmp_path / "disk") as resize:
            yield tmp_path / "disk", resize
    except PermissionError as error:
        pytest.skip(f"a small disk cannot be mounted here: {error}")


def test_every_fuzzed_file_has_a_status_and_a_second_run_decodes_nothing(
    tmp_path: Path, nursery: faults.Nursery
) -> None:
    count, crashes = faults.ingest_fuzzed(tmp_path, nursery, every=4)
    assert count > 150
    assert crashes == 0


@pytest.mark.parametrize("name", KILLED)
def test_killed_twice_and_run_again_it_equals_an_undisturbed_run(
    name: str,
    scenarios: dict[str, faults.Scenario],
    whole: Callable[[str], faults.Undisturbed],
    nursery: faults.Nursery,
    tmp_path: Path,
) -> None:
    kills = 0
    for share in (0.3, 0.15, 0.05):  # a machine that has got quicker since `whole` wants an earlier kill
        kills, found = faults.kill_often(
            scenarios[name], whole(name), tmp_path / str(share), nursery, (share,)
        )
        assert found == []
        if kills:
            break
    assert kills >= 1


def test_a_second_writer_is_told_and_nothing_is_mixed(
    scenarios: dict[str, faults.Scenario],
    whole: Callable[[str], faults.Undisturbed],
    nursery: faults.Nursery,
    tmp_path: Path,
) -> None:
    other = faults.write_list(tmp_path / "other", 30, changed=True)
    first = scenarios["ingest"]
    assert faults.two_writers(first, other, tmp_path / "ws", whole("ingest"), nursery) == []


@pytest.mark.parametrize("name", ["ingest", "fingerprint", "index-exact", "index-edge", "label"])
def test_a_full_disk_ends_in_one_line_and_with_room_it_is_finished(
    name: str,
    scenarios: dict[str, faults.Scenario],
    whole: Callable[[str], faults.Undisturbed],
    nursery: faults.Nursery,
    disk: tuple[Path, Callable[[int], None]],
    tmp_path: Path,
) -> None:
    assert faults.full_disk(scenarios[name], tmp_path / "other", whole(name), nursery, (0.3,)) == []


def test_a_difference_is_seen(
    scenarios: dict[str, faults.Scenario], whole: Callable[[str], faults.Undisturbed], tmp_path: Path
) -> None:
    """The comparison itself: one word, one bit of a vector, one row more."""
    scenario = scenarios["index-exact"]
    ws = Workspace(scenario.begin(tmp_path / "ws"))
    scenario.stage.run(ws)
    wanted = whole("index-exact").contents
    assert faults.differing(ws, wanted) == []
    (name,) = ws.models_with_fingerprints()
    table = ws.fingerprints(name)
    row = table.read(filter="status = 'ok'").slice(0, 1)
    bits = row["vector"].combine_chunks().flatten().to_numpy().copy().view(np.uint16)
    bits[0] ^= 1
    vector = pa.FixedSizeListArray.from_arrays(pa.array(bits.view(np.float16)), len(bits))
    table.upsert(row.set_column(row.schema.get_field_index("vector"), "vector", vector))
    ws.table("texts").delete("text = 'words 3'")
    assert [line.split(":")[0] for line in faults.differing(ws, wanted)] == [table.name, "texts"]
    scenario.stage.run(ws)
    assert any(line.startswith("index points") for line in faults.differing(ws, wanted))


def test_a_file_is_copied_to_another_disk(disk: tuple[Path, Callable[[int], None]], tmp_path: Path) -> None:
    source, target = tmp_path / "source", disk[0] / "target"
    source.write_bytes(np.random.default_rng(0).bytes(3_000_001))
    copy_sparse(str(source), str(target))
    assert target.read_bytes() == source.read_bytes()


def test_numpy_that_ran_out_of_room_is_a_full_disk(disk: tuple[Path, Callable[[int], None]]) -> None:
    from saccade.workspace.storage import storage_errors

    disk[1](64 << 10)
    with pytest.raises(StorageError, match="the disk is full"), storage_errors("vectors"):
        np.save(disk[0] / "vectors.npy", np.zeros(1 << 18))


def test_a_model_is_named_where_its_name_cannot_be_remembered(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, so that nothing can be written below it")
    assert _kept(tmp_path / "cache" / "model-ids" / "0.json", lambda: "a-model") == "a-model"
