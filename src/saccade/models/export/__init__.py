"""Models for other runtimes: ONNX and OpenVINO, checked against torch. Start at `export.export_model`."""

from __future__ import annotations

__all__: list[str] = []
