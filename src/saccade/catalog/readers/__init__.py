"""Readers: one short file for each form in which catalogues come; `choose.py` picks one."""

from __future__ import annotations

__all__: list[str] = []
