"""What Prometheus is told.

Decided: each worker process keeps its own numbers; with several workers they meet in the files of
`PROMETHEUS_MULTIPROC_DIR`, which the server sets before it starts them, so that a scrape of any worker
answers for all. Names follow Prometheus' conventions: base units, `_total` for counters.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FILES = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BATCH = (1, 2, 4, 8, 16, 32, 64)


class Monitor:
    """The numbers of one worker."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "saccade_http_requests_total",
            "Requests answered",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "saccade_http_request_seconds",
            "Time to answer a request",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._steps = Histogram(
            "saccade_search_step_seconds",
            "Time of a step of a search",
            ("step",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.batch = Histogram(
            "saccade_search_batch_size", "Searches of one index call", buckets=_BATCH, registry=self.registry
        )
        self.waiting = Gauge(
            "saccade_searches_waiting",
            "Searches that wait or run",
            multiprocess_mode="livesum",
            registry=self.registry,
        )
        self.index_version = Gauge(
            "saccade_index_version", "Version that answers", multiprocess_mode="min", registry=self.registry
        )
        self.index_points = Gauge(
            "saccade_index_points",
            "Points of the version that answers",
            multiprocess_mode="max",
            registry=self.registry,
        )
        self.fresh_points = Gauge(
            "saccade_fresh_points",
            "Points written since that version",
            multiprocess_mode="max",
            registry=self.registry,
        )
        self.switches = Counter(
            "saccade_index_switches_total", "Switches to another version", registry=self.registry
        )
        self.writes = Counter("saccade_item_writes_total", "Items written", ("kind",), registry=self.registry)
        self.refused = Counter(
            "saccade_refused_total", "Requests refused because of load", registry=self.registry
        )
        self._step: dict[str, Histogram] = {}
        self._children: dict[tuple[str, ...], tuple[Counter, Histogram]] = {}

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = (route, method, str(status))
        found = self._children.get(key)
        if found is None:
            found = self._children[key] = (self._requests.labels(*key), self._seconds.labels(route))
        found[0].inc()
        found[1].observe(seconds)
        if status == 429:
            self.refused.inc()

    def steps(self, seconds: dict[str, float]) -> None:
        """Count the steps of one search."""
        for step, spent in seconds.items():
            child = self._step.get(step) or self._step.setdefault(step, self._steps.labels(step))
            child.observe(spent)

    def text(self) -> bytes:
        """Everything, in Prometheus' text format; of all workers where there are several."""
        if FILES not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)
        return generate_latest(together)


def forget_worker(process: int) -> None:
    """Drop the gauges of a worker that ended."""
    if FILES in os.environ:
        mark_process_dead(process)
