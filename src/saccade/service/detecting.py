"""The detector of a worker: which one, opened beside the rest, warm before anybody waits for it.

Decided: the one that was named, else the only one that the workspace keeps; with several and no name there is
none, and the service says so. A detector that cannot be opened costs its products and not the searches.
"""

from __future__ import annotations

import logging
import threading

import numpy as np

from saccade.detection.detector import Detector, open_detector
from saccade.detection.folder import kind_of
from saccade.detection.kept import kept_detectors, locate
from saccade.service.settings import Settings
from saccade.workspace import Workspace

NONE = "no detector here: run `saccade detect`, or start with `saccade serve --detector FOLDER`"
SEVERAL = "the workspace keeps the detectors {}: choose one with `saccade serve --detector ID`"
_log = logging.getLogger("saccade.service")


def check_detector(settings: Settings) -> None:
    """Raise `NotFoundError` or `InputError` for a named detector that is none."""
    if settings.detector:
        kind_of(locate(Workspace(settings.workspace), settings.detector))


class Detecting:
    """Opens a detector on a thread of its own; `begin`, then `wait`."""

    def __init__(self, settings: Settings, ws: Workspace) -> None:
        self.settings, self.ws = settings, ws
        self.detector: Detector | None = None
        self.note = NONE
        self._thread = threading.Thread(target=self._run, name="detector", daemon=True)

    def begin(self) -> None:
        """Start to open it."""
        self._thread.start()

    def wait(self) -> None:
        """Until it is open, or known to be none."""
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._open()
        except Exception as error:
            self.note = f"the detector cannot be used: {' '.join(str(error).split())}"
            _log.error("%s", self.note, exc_info=not isinstance(error, ValueError))

    def _open(self) -> None:
        kept = kept_detectors(self.ws)
        if not self.settings.detector and len(kept) != 1:
            self.note = SEVERAL.format(", ".join(kept)) if kept else NONE
            return
        found = open_detector(self.settings.detector or None, self.ws, threads=self.settings.cores())
        found.detect([np.full((64, 96, 3), 127, np.uint8)])
        self.detector, self.note = found, ""
        _log.info("finds objects with %s", found.detector_id)
