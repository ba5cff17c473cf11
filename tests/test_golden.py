"""Models of every format there has been still load and answer as they did."""

import json
from pathlib import Path

import pytest

from instahash import InstaHash

GOLDEN = Path(__file__).parent / "golden"
MODELS = sorted(path.parent for path in GOLDEN.glob("format-*/*/model.npz"))


def test_each_mode_has_a_golden_model():
    assert {"best", "paper"} <= {folder.name for folder in MODELS}


@pytest.mark.parametrize("folder", MODELS, ids=[str(folder.relative_to(GOLDEN)) for folder in MODELS])
def test_a_golden_model_answers_as_it_did(folder):
    model = InstaHash.load(folder)
    assert model.settings.mode == folder.name and len(model.trained_on) == 1
    for expected in json.loads((folder / "answers.json").read_text()):
        answer = model.recommend(expected.pop("labels"), trace=True).to_json()
        scores, wanted = answer.pop("scores"), expected.pop("scores")
        assert answer == expected
        assert scores == pytest.approx(wanted, rel=1e-4)
