"""The one decorator for Numba kernels: every flag is set here, once, with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

# Sums may be reordered and multiply-adds fused, without which a reduction runs in strict order and never uses SIMD.
# `nnan` and `ninf` are left out: the trainers test their losses for NaN and infinity.
FASTMATH = {"reassoc", "contract", "nsz", "arcp"}
COMPILED = not numba.config.DISABLE_JIT  # type: ignore[attr-defined]


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile `function` on its first call, without the GIL, and keep the machine code on disk.

    A kernel calls only kernels of its own file: the cache looks at that file's time stamp alone. Where no cache
    folder can be written (a read-only installation without a home directory), the kernel is compiled anew in each
    process; `NUMBA_CACHE_DIR` names another folder. With `NUMBA_DISABLE_JIT=1` it stays plain Python.
    """
    # error_model="numpy": a division by zero gives inf, as in the reference, and costs no branch in a loop.
    # forceinline: a kernel that others call is a part of their code. As a call it may reach its own code or the copy
    # beside its caller's, whichever was loaded first, and these round differently.
    flags: dict[str, Any] = {"nogil": True, "fastmath": FASTMATH, "error_model": "numpy", "forceinline": True}
    try:
        return numba.njit(function, cache=True, **flags)
    except RuntimeError:  # "cannot cache function: no locator available"
        return numba.njit(function, cache=False, **flags)
