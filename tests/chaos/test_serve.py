"""The short form of benchmarks/chaos/serve.py: it finds nothing, and says what it tried."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "benchmarks" / "chaos" / "serve.py"

pytestmark = pytest.mark.skipif(not SCRIPT.is_file(), reason="no checkout: there is no folder 'benchmarks'")


def test_clients_find_no_fault_in_a_server_whose_model_is_replaced(tmp_path):
    for package in ("fastapi", "httpx", "jinja2", "psutil", "uvicorn"):
        pytest.importorskip(package, reason=f"{package} is not installed: `python3 -m pip install -e '.[test]'`")
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        pytest.skip("has no kernel of its own: run once, compiled")
    short = "--clients 10 --seconds 3 --every 1.5 --requests 300 --slow-seconds 1"
    command = [sys.executable, str(SCRIPT), *short.split(), "--json", str(tmp_path / "result.json")]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    figures = json.loads((tmp_path / "result.json").read_text())["figures"]
    assert figures["replaced_requests"] > 20 and figures["replaced_requests_failed"] == 0
    assert figures["replaced_answers_that_differ"] > 3
    assert figures["replaced_models_taken_up"] >= 3 and figures["replaced_broken_refused"] >= 1
    assert figures["descriptors_ended"] > 150
