"""The products that people search with: one engine over one index, typed queries and answers, picture pages."""

from __future__ import annotations

from saccade.discovery.answer import Answer, Result
from saccade.discovery.query import Query

__all__ = ["Answer", "Query", "Result"]
