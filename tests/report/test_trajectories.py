"""The ways of vectors as a figure and as an animation, measured in their own lines."""

import os
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("matplotlib", reason="matplotlib is not installed")
from PIL import Image

from instahash.errors import DataError, SettingsError
from instahash.report import animation, save_animation, trajectories
from instahash.report.trajectories import ICONS

NAMES = ["sea", "<dog>", "$x$"]


def paths(n=5, dim=2, seed=0):
    return np.random.default_rng(seed).normal(size=(n, 3, dim)).cumsum(axis=0)


def ways(figure):
    """The ways that are drawn, (n_words, n_snapshots, 2)."""
    return np.array([line.get_xydata() for line in figure.axes[0].lines if line.get_marker() == "None"])


def test_two_numbers_are_drawn_as_they_are():
    own = paths()
    figure = trajectories(own, NAMES, [0, 1, 1])
    assert np.array_equal(ways(figure), own.transpose(1, 0, 2))
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.texts] == NAMES
    assert [tuple(text.xy) for text in axes.texts] == [tuple(place) for place in own[-1]]
    colours = [line.get_color() for line in axes.lines[::2]]
    assert colours == ["C0", "C1", "C1"] and axes.get_xlabel() == "first number" and axes.get_aspect() == 1
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    low, high = own.min(axis=(0, 1)), own.max(axis=(0, 1))
    assert left < low[0] and high[0] < right and bottom < low[1] and high[1] < top


@settings(max_examples=10)  # each draws a figure
@given(dim=st.integers(3, 6), seed=st.integers(0, 99))
def test_more_numbers_are_projected_where_the_last_vary_most(dim, seed):
    own = paths(dim=dim, seed=seed)
    figure = trajectories(own, NAMES)
    drawn = ways(figure)
    last = own[-1] - own[-1].mean(axis=0)
    # Three vectors less their mean lie in a plane: distances between the last ones are kept, others do not grow.
    assert np.linalg.norm(drawn[0, -1] - drawn[1, -1]) == pytest.approx(np.linalg.norm(last[0] - last[1]))
    steps = np.linalg.norm(np.diff(drawn, axis=1), axis=2)
    assert (steps <= np.linalg.norm(np.diff(own, axis=0), axis=2).T + 1e-9).all()
    s = np.linalg.svd(last, compute_uv=False) ** 2
    axes = figure.axes[0]
    assert axes.get_xlabel() == f"1st direction, {s[0] / s.sum():.0%} of the variance"
    assert axes.get_ylabel() == f"2nd direction, {s[1] / s.sum():.0%} of the variance"


def test_the_sign_of_a_direction_is_not_left_to_chance():
    own = np.zeros((2, 3, 4))
    own[:, :, 2] = [[0, 1, 2], [0, 10, 20]]
    assert np.diff(ways(trajectories(own, NAMES))[:, -1, 0]) == pytest.approx([10, 10])


def test_one_number_is_drawn_over_time():
    own = paths(dim=1)
    drawn = ways(trajectories(own, NAMES))
    assert np.array_equal(drawn[:, :, 0], [range(5)] * 3) and np.array_equal(drawn[:, :, 1], own[:, :, 0].T)


def test_an_animation_goes_straight_from_snapshot_to_snapshot():
    own = paths(n=3)
    moving = animation(own, NAMES, between=4, tail=1)
    moving._draw_was_started = True  # or it would complain of not having been shown
    axes = moving._fig.axes[0]
    lines, points = axes.lines[:3], axes.lines[3:]
    for moment in range(9):
        moving._draw_frame(moment)
        part, place = moment % 4 / 4, moment // 4
        expected = (1 - part) * own[place] + part * own[min(place + 1, 2)]
        assert np.array([point.get_xydata()[0] for point in points]) == pytest.approx(expected)
        assert np.array([text.xy for text in axes.texts]) == pytest.approx(expected)
        assert len(lines[0].get_xydata()) == min(moment, 4) + 1
    assert len(list(moving.new_frame_seq())) == 9


def test_an_animation_is_a_gif_or_a_page(tmp_path):
    save_animation(animation(paths(n=2), NAMES, between=2), tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as image:
        assert image.n_frames == 3 and image.size == (600, 600)
        first = np.array(image.convert("L"), dtype=int)
        image.seek(2)
        assert abs(np.array(image.convert("L"), dtype=int) - first).max() > 50
    moving = animation(paths(n=2), NAMES, between=1)
    save_animation(moving, tmp_path / "<b>.html")
    page = (tmp_path / "<b>.html").read_text(encoding="utf-8")
    assert not re.search(r"https?:|<link", page) and {*re.findall(r" fa-([\w-]+)", page)} == {*ICONS, "flip-horizontal"}
    assert page.count("data:image/png") == 2
    assert page.startswith("<!doctype html>") and "<title>&lt;b&gt;</title>" in page and "data:image/png" in page
    with pytest.raises(DataError, match=r"an animation is written as .gif or .html, not as 'a.mp4'"):
        save_animation(moving, tmp_path / "a.mp4")


def test_an_animation_that_fails_leaves_the_old_one(tmp_path):
    class Failing:
        def save(self, path, writer, **_):
            path.write_text("half")
            raise KeyboardInterrupt

    (tmp_path / "a.html").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        save_animation(Failing(), tmp_path / "a.html")
    assert os.listdir(tmp_path) == ["a.html"] and (tmp_path / "a.html").read_text() == "old"
    with pytest.raises(DataError, match="cannot write .*No such file"):
        save_animation(Failing(), tmp_path / "missing" / "a.gif")


def test_no_frame_of_a_large_page_is_left_out(tmp_path):
    class Large:
        def save(self, path, writer, **_):
            path.write_text(f"up to {writer._bytes_limit / 2**20:.0f} MB")

    save_animation(Large(), tmp_path / "a.html")
    assert "up to 1000 MB" in (tmp_path / "a.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "own, groups",
    [(np.zeros((2, 2, 2)), None), (np.zeros((2, 3)), None), (np.zeros((0, 3, 2)), None), (np.zeros((2, 3, 2)), [1])],
)
def test_paths_that_do_not_fit_are_refused(own, groups):
    with pytest.raises(DataError, match="with 3 names and"):
        trajectories(own, NAMES, groups)


def test_numbers_that_are_none_are_refused():
    own = paths()
    own[1, 1, 1] = np.nan
    with pytest.raises(DataError, match="not finite"):
        trajectories(own, NAMES)
    with pytest.raises(SettingsError, match="between is 0"):
        animation(paths(), NAMES, between=0)


def test_vectors_that_never_move_can_be_drawn(recwarn):
    trajectories(np.ones((3, 3, 5)), NAMES).savefig("/dev/null", format="png")
    trajectories(np.ones((1, 3, 2)), NAMES).savefig("/dev/null", format="png")
    assert not [str(warning.message) for warning in recwarn.list]
