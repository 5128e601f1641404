"""The products that people search with: an engine over an index, typed queries and answers, pages."""

from __future__ import annotations

from saccade.discovery.answer import Answer, Result
from saccade.discovery.query import Query

__all__ = ["Answer", "Query", "Result"]
