"""Other people's names for the parameters of networks that timm knows, one module a source."""

from __future__ import annotations

__all__: list[str] = []
