"""The kernel decorator: one answer, compiled or cached; no place for a cache; Numba switched off."""

import os
import subprocess
import sys

import pytest

ANSWER = """
import numpy as np
from instahash.topk import top_k
print(top_k(np.array([[1.0, 3.0, 2.0]], np.float32), 2)[0].tolist(), type(top_k).__name__)
"""

# Adam of some rows, which calls Adam of a whole array, by itself or after that.
ADAM = """
import sys
import numpy as np
from instahash.network.kernels import adam, adam_rows
draw = np.random.default_rng(0).standard_normal
numbers, rows = (0.01, 0.9, 0.999, 1e-8), [draw((8, 129), np.float32) for _ in range(4)]
rows[3] **= 2
def whole():
    adam(*(array.ravel().copy() for array in rows), *numbers)
def part():
    theta, gradient, m, v = rows
    adam_rows(theta, np.array([1, 3, 4, 6]), 100, np.ascontiguousarray(gradient[:4, :64]), m, v, *numbers)
for call in sys.argv[1:]:
    dict(whole=whole, part=part)[call]()
    if call == "part":
        print(*(array.tobytes().hex() for array in (rows[0], rows[2], rows[3])))
"""


def run(code=ANSWER, *args, **environment):
    return subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, env={**os.environ, **environment}
    )


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled")
def test_a_kernel_answers_alike_compiled_or_cached_whichever_is_called_first(tmp_path):
    compiled = run(ADAM, "whole", "part", NUMBA_CACHE_DIR=str(tmp_path))
    cached = run(ADAM, "part", NUMBA_CACHE_DIR=str(tmp_path))
    assert compiled.stdout and compiled.stdout == cached.stdout, compiled.stderr + cached.stderr


def test_without_a_place_for_the_cache_kernels_still_compile():
    # Numba then looks for a cache only in zip files, and finds no place: as in a read-only installation without a home.
    answer = run(NUMBA_CACHE_LOCATOR_CLASSES="ZipCacheLocator", NUMBA_DISABLE_JIT="0", NUMBA_CACHE_DIR="")
    assert answer.stdout.strip() == "[[1, 2]] CPUDispatcher", answer.stderr


def test_a_switched_off_kernel_is_plain_python():
    assert run(NUMBA_DISABLE_JIT="1").stdout.strip() == "[[1, 2]] function"
