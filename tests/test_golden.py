"""Model directories of every format there has been still load and answer as they did."""

import json
from pathlib import Path

import pytest

from instahash import InstaHash

FOLDERS = sorted((Path(__file__).parent / "golden").glob("format-*"))


def test_there_is_a_golden_model():
    assert FOLDERS


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_a_golden_model_answers_as_it_did(folder):
    model = InstaHash.load(folder)
    assert isinstance(model.trained_on, list)
    for expected in json.loads((folder / "answers.json").read_text()):
        answer = model.recommend(expected.pop("labels")).to_json()
        scores, wanted = answer.pop("scores"), expected.pop("scores")
        assert answer == expected
        assert scores == pytest.approx(wanted, rel=1e-4)
