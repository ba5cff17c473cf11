"""The kernel decorator where no cache can be written, and where Numba is switched off."""

import os
import subprocess
import sys

ANSWER = """
import numpy as np
from instahash.topk import top_k
print(top_k(np.array([[1.0, 3.0, 2.0]], np.float32), 2)[0].tolist(), type(top_k).__name__)
"""


def run(**environment):
    return subprocess.run(
        [sys.executable, "-c", ANSWER], capture_output=True, text=True, env={**os.environ, **environment}
    )


def test_without_a_place_for_the_cache_kernels_still_compile():
    # Numba then looks for a cache only in zip files, and finds no place: as in a read-only installation without a home.
    answer = run(NUMBA_CACHE_LOCATOR_CLASSES="ZipCacheLocator", NUMBA_DISABLE_JIT="0", NUMBA_CACHE_DIR="")
    assert answer.stdout.strip() == "[[1, 2]] CPUDispatcher", answer.stderr


def test_a_switched_off_kernel_is_plain_python():
    assert run(NUMBA_DISABLE_JIT="1").stdout.strip() == "[[1, 2]] function"
