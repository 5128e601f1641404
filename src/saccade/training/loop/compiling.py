"""A compiler that fails, said in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from saccade.errors import InputError

_MAKERS = ("torch._dynamo", "torch._inductor", "triton")


@contextmanager
def compiler_errors(compiled: bool) -> Iterator[None]:
    """Turn what torch.compile raises into an `InputError`; nothing is caught where nothing is `compiled`."""
    try:
        yield
    except Exception as error:  # the compilers' errors have no common root
        if not compiled or not type(error).__module__.startswith(_MAKERS):
            raise
        reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise InputError(
            f"the network cannot be compiled here ({reason.strip()[:200]}): install a working C++ compiler, "
            "or set compile off"
        ) from error
