"""Structured logs: one JSON object a line on standard error, or plain lines for a person at a terminal."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Literal

Format = Literal["json", "text"]
_FIELDS = ("id", "method", "route", "path", "status", "ms", "bytes", "client")


class JsonLines(logging.Formatter):
    """time (UTC), level, logger, event, and the fields of a request; an exception as one text."""

    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        said: dict[str, object] = {
            "time": f"{moment}.{int(record.msecs):03d}Z", "level": record.levelname.lower(),
            "logger": record.name, "event": record.getMessage(), "process": record.process,
        }  # fmt: skip
        said |= {name: record.__dict__[name] for name in _FIELDS if name in record.__dict__}
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """`12:00:01 POST /v1/search 200 3.1 ms`."""

    def format(self, record: logging.LogRecord) -> str:
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        fields = record.__dict__
        if record.getMessage() == "request" and "status" in fields:
            line = f"{clock} {fields['method']} {fields['path']} {fields['status']} {fields['ms']} ms"
        else:
            line = f"{clock} {record.getMessage()}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up(form: Format, *, requests: bool = True) -> None:
    """Send the service's log to standard error; `requests`: one line for each request too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger("saccade")
    root.handlers, root.propagate = [handler], False
    root.setLevel(logging.INFO)
    logging.getLogger("saccade.request").setLevel(logging.INFO if requests else logging.WARNING)
    server = logging.getLogger("uvicorn")
    server.handlers, server.propagate = [handler], False
    server.setLevel(logging.WARNING)
