"""Computing features: whole, incremental, resumable, and the same whatever the order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.training.features.compute import extend, origin_of
from saccade.training.features.store import Features
from tests.training.features.pictures import WIDTH, Made, names, trunk


def opened(folder: Path, made: Made) -> Features:
    return Features(folder, origin_of(trunk(), made))


def everything(features: Features, ids: list[str], count: int) -> np.ndarray:
    """float16 [N, V, W]."""
    places = features.at(ids)
    return np.stack([features.take(places, view) for view in range(count)], axis=1)


def expected(made: Made, count: int) -> np.ndarray:
    found = [made.read([row], [range(count)])[0] for row in range(len(made.ids))]
    return np.stack([trunk()(np.asarray(views)) for views in found])


def test_features_are_the_trunks_of_every_view(tmp_path: Path) -> None:
    made = Made(names(23))
    features = opened(tmp_path, made)
    report = extend(features, made, trunk(), 3, block=7, threads=2)
    assert (report.pictures, report.failed, report.vectors) == (23, 0, 69)
    assert report.images_per_second > 0 and report.runner == "plain"
    got = everything(features, made.ids, 3)
    assert got.dtype == np.float16 and got.shape == (23, 3, WIDTH)
    assert np.abs(got - expected(made, 3)).max() < 1e-3
    assert features.lengths == [7, 7, 7, 2]


def test_nothing_missing_reads_nothing(tmp_path: Path) -> None:
    made = Made(names(9))
    extend(opened(tmp_path, made), made, trunk(), 2)
    made.reads.clear()
    report = extend(opened(tmp_path, made), made, trunk(), 2)
    assert made.reads == [] and report.pictures == 0 and report.images_per_second == 0


@pytest.mark.parametrize("block", [1, 4, 64])
def test_order_blocks_threads_and_batches_do_not_matter(tmp_path: Path, block: int) -> None:
    made = Made(names(20))
    one, other = opened(tmp_path / "one", made), opened(tmp_path / "other", made)
    extend(one, made, trunk(), 2)
    turned = Made(made.ids[::-1])
    extend(other, turned, trunk(batch_size=3), 2, block=block, threads=3)
    assert np.abs(everything(one, made.ids, 2) - everything(other, made.ids, 2)).max() < 1e-3


def test_new_pictures_and_more_views_compute_only_these(tmp_path: Path) -> None:
    made = Made(names(10))
    features = opened(tmp_path, made)
    extend(features, made, trunk(), 1, block=4)
    more = Made(names(13, first=3))
    report = extend(features, more, trunk(), 1, block=4)
    assert sorted(more.reads) == list(range(7, 13)) and report.vectors == 6
    before = everything(features, names(16), 1)
    report = extend(features, more, trunk(), 3, block=4)
    assert report.vectors == 13 * 2 and features.lengths == [4, 4, 2, 4, 2]
    assert np.array_equal(before, everything(features, names(16), 1))
    assert np.abs(everything(features, more.ids, 3) - expected(more, 3)).max() < 1e-3
    assert features.views[features.at(names(3))].tolist() == [1, 1, 1]


def test_a_picture_twice_in_the_list_is_computed_once(tmp_path: Path) -> None:
    made = Made([*names(5), *names(5)])
    features = opened(tmp_path, made)
    assert extend(features, made, trunk(), 2).vectors == 10 and len(features) == 5


def test_unreadable_pictures_are_recorded_and_tried_again(tmp_path: Path) -> None:
    made = Made(names(12), broken={"picture 3", "picture 11"})
    features = opened(tmp_path, made)
    report = extend(features, made, trunk(), 2, block=5)
    assert report.failed == 2 and report.vectors == 20
    chosen = features.select(made.ids, 2)
    assert np.flatnonzero(~chosen.good).tolist() == [3, 11]
    assert not chosen.take(np.array([3, 11]), np.array([0, 1])).any()
    healed = Made(names(12), broken={"picture 3"})
    report = extend(features, healed, trunk(), 2)
    assert (report.pictures, report.failed, report.vectors) == (2, 1, 2)
    assert features.select(made.ids, 2).good.sum() == 11
    assert np.abs(everything(features, names(1, 11), 2) - expected(Made(names(1, 11)), 2)).max() < 1e-3


def test_all_unreadable_is_no_hang(tmp_path: Path) -> None:
    made = Made(names(9), broken=set(names(9)))
    features = opened(tmp_path, made)
    assert extend(features, made, trunk(), 2, block=2).failed == 9
    assert not features.select(made.ids, 2).good.any()


def test_a_picture_that_went_away_repeats_view_0(tmp_path: Path) -> None:
    made = Made(names(6))
    features = opened(tmp_path, made)
    extend(features, made, trunk(), 1)
    report = extend(features, Made(names(6), broken={"picture 2"}), trunk(), 3)
    got = everything(features, made.ids, 3)
    assert (
        report.failed == 0 and np.array_equal(got[2, 1], got[2, 0]) and np.array_equal(got[2, 2], got[2, 0])
    )
    assert not np.array_equal(got[1, 1], got[1, 0]) or not np.array_equal(got[1, 2], got[1, 0])


def test_features_without_a_length_are_not_good(tmp_path: Path) -> None:
    made, runner = Made(names(5)), trunk()
    plain = runner.function

    def function(pixels: np.ndarray) -> np.ndarray:
        vectors = plain(pixels)
        vectors[np.all(pixels == black, axis=(1, 2, 3))] = np.nan
        return vectors

    black = made.read([2], [range(1)])[0]
    runner.function = function
    features = opened(tmp_path, made)
    assert extend(features, made, runner, 1).failed == 1
    assert features.select(made.ids).good.tolist() == [True, True, False, True, True]
    assert not features.take(features.at(["picture 2"])).any()


@pytest.mark.parametrize("writes", [0, 1, 3])
def test_a_run_that_breaks_off_is_finished_by_the_next(
    tmp_path: Path, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Made(names(18))
    features, real, done = opened(tmp_path, made), Features._write_view, []

    def write(self: Features, view: int, start: int, part: np.ndarray) -> None:
        if len(done) == writes:
            raise KeyboardInterrupt
        done.append(view)
        real(self, view, start, part)

    monkeypatch.setattr(Features, "_write_view", write)
    with pytest.raises(KeyboardInterrupt):
        extend(features, made, trunk(), 2, block=5)
    monkeypatch.undo()
    again = opened(tmp_path, made)
    assert len(again) == writes // 2 * 5
    assert extend(again, made, trunk(), 2, block=5).vectors == 2 * (18 - writes // 2 * 5)
    assert np.abs(everything(again, made.ids, 2) - expected(made, 2)).max() < 1e-3


def test_killed_for_good(tmp_path: Path) -> None:
    """A process that is killed while it computes leaves whole blocks, and the next run has the rest."""
    script = (
        "import sys; from pathlib import Path\n"
        "from saccade.training.features.compute import extend, origin_of\n"
        "from saccade.training.features.store import Features\n"
        "from tests.training.features.pictures import Made, names, trunk\n"
        "made = Made(names(4000)); features = Features(Path(sys.argv[1]), origin_of(trunk(), made))\n"
        "print('go', flush=True); extend(features, made, trunk(), 2, block=3)\n"
    )
    path = os.pathsep.join(str(Path(__file__).parents[up]) for up in (3,))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([path, f"{path}/src"])}
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == b"go\n"
        made = Made(names(4000))
        features = opened(tmp_path, made)
        while len(features) < 30 and process.poll() is None:
            features.reload()
        process.send_signal(signal.SIGKILL)
    features.reload()
    assert 0 < len(features) < 4000 and len(features) % 3 == 0
    few = Made(names(60))
    extend(features, few, trunk(), 2)
    assert np.abs(everything(features, few.ids, 2) - expected(few, 2)).max() < 1e-3


def test_of_two_at_once_one_computes(tmp_path: Path) -> None:
    made = [Made(names(40)), Made(names(40))]
    asked = [opened(tmp_path, one) for one in made]  # both before anything is there
    with ThreadPoolExecutor(2) as pool:
        reports = list(
            pool.map(lambda pair: extend(*pair, trunk(), 2, block=8), zip(asked, made, strict=True))
        )
    assert sorted(report.vectors for report in reports) == [0, 80]
    assert all(len(features) == 40 for features in asked)
    assert np.abs(everything(asked[0], made[0].ids, 2) - expected(made[0], 2)).max() < 1e-3


def test_another_runner_or_a_senseless_count_is_refused(tmp_path: Path) -> None:
    made = Made(names(3))
    features = opened(tmp_path, made)
    with pytest.raises(InputError, match="expected features of"):
        extend(features, made, trunk(model_id="another"), 1)
    with pytest.raises(InputError, match="views of a picture, found 0"):
        extend(features, made, trunk(), 0)
