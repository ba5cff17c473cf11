"""The names that people read: everything that has a key is in the table, and the lists of options are whole."""

import pytest

from instahash import names
from instahash.baselines import BASELINES
from instahash.cli import evaluate, explore, recommend, train
from instahash.experts import EXPERTS
from instahash.names import SYSTEMS, capital, heading, name_of
from instahash.pipeline import MODES, settings_of
from instahash.platforms import PLATFORMS


@pytest.mark.parametrize("name", [*BASELINES, *names.SIMPLER, *names.NETWORKS.values()])
def test_every_system_has_a_title_and_a_meaning(name):
    assert name_of(name).title and name_of(name).meaning
    assert [each.title for each in SYSTEMS.values()].count(name_of(name).title) == 1


def test_what_is_not_in_the_table_is_called_by_its_key():
    assert (name_of("nearest_posts").title, heading("nearest_posts")) == ("nearest posts", "Nearest posts")
    assert (heading("ease"), heading("word2vec"), capital("")) == ("EASE", "Word2Vec", "")
    assert len({heading(expert.name) for expert in EXPERTS}) == len(EXPERTS)


def test_what_is_said_of_guesses_has_the_least_score_of_a_sure_label():
    for doubt in names.DOUBTS.values():
        assert "{" in doubt.why + doubt.many or doubt.told(0.25) == doubt
        assert "{" not in "".join(doubt.told(0.25))
    told = names.DOUBTS["guesses"].told(0.25)
    assert "0.25" in told.why and "0.25" in told.many


def test_every_mode_is_listed_with_its_network():
    assert list(names.MODES) == list(MODES) == list(names.NETWORKS)
    assert all(hasattr(settings_of(mode), network) for mode, network in names.NETWORKS.items())


@pytest.mark.parametrize(
    "command, lists",
    [
        (evaluate, [names.PROTOCOLS]),
        (explore, [names.ANNOTATORS, names.SIMPLER, names.NETWORKS.values()]),
        (recommend, [names.ANNOTATORS, PLATFORMS]),
        (train, [names.MODES]),
    ],
)
def test_the_help_says_what_may_be_given(command, lists):
    text = command.parser().format_help()
    assert all(name in text for names in lists for name in names)
