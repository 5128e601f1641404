"""What computes boxes: ONNX Runtime, OpenVINO or torch. Each loads where its runner is opened."""

from __future__ import annotations

__all__: list[str] = []
