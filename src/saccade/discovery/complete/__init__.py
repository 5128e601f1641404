"""Complete the look: what goes with something, across categories, learned from boards and scenes.

    FitComplete().run(ws)
    answer = Complete.open(engine).ask(CompleteQuery(item_id="chair-7"))
    answer.groups[0].category, answer.groups[0].results

`looks` gathers who was put together, `prior` counts categories, `bilinear` learns what goes with what within
them, `model` keeps both, `complete` asks. After Li et al. 2020 (Complete the Look, arXiv 2006.10792).
"""

from __future__ import annotations

from saccade.discovery.complete.complete import (
    Complete,
    CompleteAnswer,
    CompleteGroup,
    CompleteQuery,
    CompleteResult,
)
from saccade.discovery.complete.stage import FitComplete

__all__ = ["Complete", "CompleteAnswer", "CompleteGroup", "CompleteQuery", "CompleteResult", "FitComplete"]
