"""What users prefer: numbers by hand, laws of the counts, and the strength of the prior on planted tastes."""

import io
import warnings
from math import isnan, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from instahash.errors import DataError, SettingsError
from instahash.recommend import EVERYBODY, Preferences, age_weights
from instahash.recommend.preferences import DAY
from instahash.recommend.strengths import STRENGTH, STRENGTHS, likeliest_strengths

LOG_FREQUENCY = np.log(np.array([0.5, 0.25, 0.25], np.float32))


def csr(posts, n_hashtags=3):
    indptr = np.cumsum([0, *map(len, posts)], dtype=np.int32)
    indices = np.array([t for post in posts for t in post], np.int32)
    return sparse.csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=(len(posts), n_hashtags))


def shift(preferences, keys, log_frequency):
    return preferences.shift_matrix([tuple(keys)], log_frequency)[0]


def counts(preferences, key):
    row = [preferences.rows[preferences._hash(key)]]
    return sum(counts[row].toarray()[0] for counts in preferences.counts.values())


def test_a_shift_by_hand():
    preferences = Preferences()
    preferences.add([("user:anna",), ("country:pt", "user:anna"), ()], csr([[0], [0, 1], [2]]))
    assert STRENGTH == 30 and counts(preferences, "user:anna").tolist() == [2, 1, 0]
    # (2 + 15) / 33 to 1/2, (1 + 7.5) / 33 to 1/4, 7.5 / 33 to 1/4.
    anna = np.log([34 / 33, 34 / 33, 30 / 33])
    # One use each of the first two, of two: (1 + 15) / 32, (1 + 7.5) / 32, 7.5 / 32.
    portugal = np.log([32 / 32, 34 / 32, 30 / 32])
    np.testing.assert_allclose(shift(preferences, ["user:anna"], LOG_FREQUENCY), anna, rtol=1e-5)
    got = preferences.shift_matrix([("country:pt", "user:anna"), ("country:pt", "user:ben"), ()], LOG_FREQUENCY)
    # Anna's uses correct what Portugal's make expected: (2 + 30 * 16/32) / 33, (1 + 30 * 8.5/32) / 33, and so on.
    both = np.log([17 / 33 / 0.5, (1 + 30 * 8.5 / 32) / 33 / 0.25, 30 * 7.5 / 32 / 33 / 0.25])
    np.testing.assert_allclose(got, [both, portugal, [0, 0, 0]], rtol=1e-5, atol=1e-7)
    assert got.dtype == np.float32
    assert preferences.told([("user:anna",), ("country:pt", "user:anna"), ("user:ben",), ()]).tolist() == [
        *(3 / 4, 5 / 6, 0, 0)
    ]


def test_who_is_known_is_forgotten_as_uses_decay():
    preferences = Preferences(half_life=1.0)
    preferences.add([("user:anna",)], csr([[0, 1, 2]]), np.array([0.0]))
    preferences.add([("user:ben",)], csr([[0]]), np.array([2 * DAY]))
    np.testing.assert_allclose(preferences.told([("user:anna",), ("user:ben",)]), [0.75 / 1.75, 0.5], rtol=1e-6)


def test_without_history_the_shift_is_exactly_zero():
    preferences = Preferences()
    assert shift(preferences, ["user:anna"], LOG_FREQUENCY).tolist() == [0, 0, 0]
    preferences.add([("user:anna",), ("user:ben",)], csr([[], [1]]))
    assert shift(preferences, ["user:anna", "user:carl"], LOG_FREQUENCY).tolist() == [0, 0, 0]
    assert shift(preferences, ["user:ben"], LOG_FREQUENCY).all()


@given(st.integers(0, 10**6))
def test_a_shift_compares_two_distributions(seed):
    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.ones(6))
    preferences = Preferences()
    preferences.add([("a",)] * 4, csr([np.flatnonzero(rng.random(6) < 0.4) for _ in range(4)], 6))
    shifted = share * np.exp(shift(preferences, ["a"], np.log(share)))
    assert shifted.sum() == pytest.approx(1, rel=1e-5)  # the posterior mean


def test_counts_decay_by_hand():
    preferences = Preferences(half_life=7)
    preferences.add([("a",), ("a",)], csr([[0], [1]]), np.array([7.0, 0.0]) * DAY)
    assert counts(preferences, "a").tolist() == [1, 0.5, 0]
    preferences.add([("a",)], csr([[2]]))  # at an unknown time
    preferences.add([("a",)], csr([[2]]), [14 * DAY])
    assert counts(preferences, "a").tolist() == [0.5, 0.25, 2]
    preferences.add([("a",)], csr([[0]]), [float("nan")])
    preferences.add([("a",)], csr([[1]]), [7 * DAY])  # late news
    assert counts(preferences, "a").tolist() == [1.5, 0.75, 2]
    assert preferences.now == 14 * DAY


def test_weights_by_age_by_hand():
    times = np.array([np.nan, 0, 7, 10.5, 14, 30]) * DAY
    np.testing.assert_allclose(age_weights(times, 14 * DAY, 7), [1, 1 / 4, 1 / 2, 0.5**0.5, 1, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert age_weights([0.0, DAY], DAY, 1e-320).tolist() == [0, 1]
    assert age_weights(times, 14 * DAY, None).tolist() == age_weights(times, 14 * DAY, 0).tolist() == [1] * 6
    assert float(age_weights(0.0, 7 * DAY, 7)) == 0.5


def test_nothing_decays_without_a_half_life():
    preferences = Preferences()
    preferences.add([("a",), ("a",)], csr([[0], [0]]), np.array([0.0, 1e9]))
    assert counts(preferences, "a").tolist() == [2, 0, 0]


def test_a_rising_hashtag_is_preferred_by_everybody():
    rng = np.random.default_rng(0)
    n_posts, rises = 2000, 1500
    posts = [[int(rng.random() < 0.5)] + [2] * (i >= rises and i % 2) for i in range(n_posts)]
    share = np.bincount([t for post in posts for t in post]) / sum(map(len, posts))
    lately, ever = Preferences(half_life=2), Preferences()
    for preferences in (lately, ever):
        preferences.add([(EVERYBODY,)] * n_posts, csr(posts), np.arange(n_posts) * DAY / 100)
    trend = shift(lately, [EVERYBODY], np.log(share))
    assert trend[2] > 0.5 and trend[0] < 0 and trend[1] < 0
    np.testing.assert_allclose(shift(ever, [EVERYBODY], np.log(share)), 0, atol=1e-5)


posts_with_keys = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["", "user:a", "user:b", "x:ü"]), unique=True).map(tuple),
        st.lists(st.integers(0, 2), unique=True),
        st.sampled_from([float("nan"), 0.0, 3.0, 7.0, 50.0]),  # days
    ),
    max_size=8,
)


def fed(batches, half_life):
    preferences = Preferences(half_life)
    for batch in batches:
        keys, hashtags, days = zip(*batch) if batch else ((), (), ())
        preferences.add(list(keys), csr(hashtags), np.array(days) * DAY)
    return preferences


@given(posts_with_keys, st.randoms(), st.sampled_from([None, 2.0, 7.0]))
def test_counts_do_not_depend_on_batches_or_their_order(posts, random, half_life):
    shuffled = random.sample(posts, len(posts))
    cuts = sorted(random.randint(0, len(posts)) for _ in range(3))
    batches = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(posts)])]
    preferences = fed(batches, half_life)
    latest = max((day for _, _, day in posts if not isnan(day)), default=0)
    wanted = {key: np.zeros(3) for keys, _, _ in posts for key in keys}
    for keys, hashtags, day in posts:
        for key in keys:
            wanted[key][hashtags] += 0.5 ** ((latest - day) / half_life) if half_life and not isnan(day) else 1
    assert len(preferences.rows) == len(wanted) and all(map(preferences.knows, wanted))
    for key, expected in wanted.items():
        np.testing.assert_allclose(counts(preferences, key), expected, rtol=1e-5, atol=1e-6)


@given(posts_with_keys, posts_with_keys, st.sampled_from([None, 7.0]))
def test_what_is_kept_goes_on_as_if_nothing_had_happened(posts, later, half_life):
    preferences = fed([posts], half_life)
    preferences.strengths = {preferences._hash("user:"): 3.0, preferences._hash("ü:"): 100.0}
    file = io.BytesIO()
    np.savez(file, **preferences.to_arrays())
    file.seek(0)
    again = Preferences.from_arrays(np.load(file, allow_pickle=False))
    for one in (preferences, again):
        keys, hashtags, days = zip(*later) if later else ((), (), ())
        one.add(list(keys), csr(hashtags), np.array(days) * DAY)
    assert (again.rows, again.strengths, again.half_life) == (preferences.rows, preferences.strengths, half_life)
    log_frequency = np.log(np.full(5, 0.2, np.float32))
    np.testing.assert_array_equal(
        again.shift_matrix([("user:a", "user:b", "x:ü", "")], log_frequency),
        preferences.shift_matrix([("user:a", "user:b", "x:ü", "")], log_frequency),
    )


def test_keys_may_be_any_text():
    preferences = Preferences()
    preferences.add([("user:\ud800",), ("user:",), ("",)], csr([[0], [1], [2]]))
    again = Preferences.from_arrays(preferences.to_arrays())
    assert [counts(again, key).tolist().index(1) for key in ("user:\ud800", "user:", "")] == [0, 1, 2]
    assert not again.knows("user") and not again.knows("user:\ud801")


@pytest.mark.parametrize(
    "name, change",
    [
        ("keys", lambda keys: keys[1:]),
        ("keys", lambda keys: keys.astype(np.int64)),
        ("keys", lambda keys: np.append(keys[1:], keys[1])),
        ("kinds", lambda kinds: kinds[None]),
        ("salt", lambda salt: np.zeros(17, np.uint8)),
        ("strengths", lambda strengths: np.append(strengths, 1.0)),
        ("decaying_indices", lambda ids: ids + 100),
        ("constant_shape", lambda shape: shape + 1),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(name, change):
    preferences = fed([[(("user:a",), [0], 0.0), (("user:b", ""), [1, 2], 3.0)] * 2], 7.0)
    preferences.strengths = {preferences._hash("user:"): 3.0}
    arrays = preferences.to_arrays()
    with pytest.raises(ValueError):
        Preferences.from_arrays(arrays | {name: change(arrays[name])})
    del arrays[name]
    with pytest.raises(KeyError):
        Preferences.from_arrays(arrays)


@pytest.mark.parametrize("half_life", [None, 7.0])
def test_counts_of_parts_are_added_as_if_the_posts_had_come_together(half_life):
    posts = [
        (("user:a", "x:b"), [0, 1], 3.0),
        (("x:b",), [2], float("nan")),
        (("user:c", ""), [1], 7.0),
        ((), [0], 1.0),
    ]
    whole = fed([posts], half_life)
    for n in range(len(posts) + 1):
        parts = [fed([part] if part else [], half_life) for part in (posts[:n], posts[n:])]
        for one, other in (parts, parts[::-1]):
            total = one + other
            assert total.rows.keys() == whole.rows.keys() and total.now == whole.now
            for key in ("user:a", "x:b", "user:c", ""):
                np.testing.assert_allclose(counts(total, key), counts(whole, key), rtol=1e-6)


def test_new_hashtags_and_keys_are_added():
    preferences = Preferences()
    preferences.add([("a",)], csr([[0]], 1))
    preferences.add([("b",)], csr([[1]], 2))
    preferences.add([("a",)], csr([[3]], 4))
    assert counts(preferences, "a").tolist() == [1, 0, 0, 1] and counts(preferences, "b").tolist() == [0, 1, 0, 0]
    preferences.add([("a",)], csr([[0]], 1))
    assert counts(preferences, "a").tolist() == [2, 0, 0, 1]
    # Hashtags that nobody has used yet come after all that were counted.
    assert shift(preferences, ["a"], np.log(np.full(6, 1 / 6))).shape == (6,)


def test_times_that_are_none_are_refused():
    for times in (["soon"], [[0.0, (1, 2)]], [0.0, 1.0]):
        with pytest.raises(DataError, match="^times, seconds since 1970"):
            Preferences().add([("a",)], csr([[0]]), times)


def test_a_million_users_fit():
    """Four bytes an index and a count, and nothing in proportion to users times hashtags."""
    preferences = Preferences(half_life=7)
    preferences.add([(f"user:{i}",) for i in range(1000)], csr([[i % 3] for i in range(1000)], 10**6), np.zeros(1000))
    arrays = preferences.to_arrays()
    assert arrays["decaying_indices"].dtype == arrays["decaying_indptr"].dtype == np.int32
    assert sum(values.nbytes for values in arrays.values()) < 1000 * 40


def left_out(posts, share, a):
    """Log-likelihood of each post under each of its keys, by counting others of the key: for its last, all others."""
    total = 0.0
    for i, (every, keys, hashtags, w) in enumerate(posts):
        for key in keys:
            others = [post[1:] for j, post in enumerate(posts) if j != i and key in post[1]
                      and (key == every[-1] or post[0][-1] != every[-1])]  # fmt: skip
            n = sum(len(post[1]) * post[2] for post in others)
            for t in hashtags if others else ():
                n_t = sum(post[2] for post in others if t in post[1])
                total += w * log((n_t + a * share[t]) / (n + a))
    return total


@given(posts_with_keys)
def test_the_strength_is_the_likeliest(posts):
    share = np.array([0.5, 0.3, 0.2])
    keys, hashtags, days = zip(*posts) if posts else ((), (), ())
    preferences = Preferences(7.0).fit(list(keys), csr(hashtags), np.log(share), np.array(days) * DAY)
    latest = max((day for day in days if not isnan(day)), default=0)
    weighted = [(own, tags, 1 if isnan(day) else 0.5 ** ((latest - day) / 7)) for own, tags, day in posts]
    for kind, prefix in (("user:", "user:"), ("x:", "x:")):
        of_kind = [(own, tuple(key for key in own if key.startswith(prefix)), tags, w) for own, tags, w in weighted]
        found = [left_out(of_kind, share, a) for a in STRENGTHS]
        if found[0] == 0:
            assert preferences.strength(kind) == STRENGTH
        else:
            got = left_out(of_kind, share, preferences.strength(kind))
            assert got == pytest.approx(max(found), rel=1e-9, abs=1e-9)


def test_the_strength_by_hand():
    """Anna uses the first hashtag always, ben each once: without the post itself nothing of ben's is expected."""
    share = np.log(np.array([0.5, 0.25, 0.25]))
    anna = Preferences().fit([("user:anna",)] * 4, csr([[1]] * 4), share)
    # Three uses are left each time: log (3 + a / 4) / (3 + a), the more the smaller a is.
    assert anna.strength("user:") == 1.0 and len(anna.strengths) == 1
    ben = Preferences().fit([("user:ben",)] * 3, csr([[0], [1], [2]]), share)
    # None of two uses: log (a / 2) / (2 + a) and so on, the more the larger a is.
    assert ben.strength("user:ben") == 1e6
    once = Preferences().fit([("user:anna",), ("user:ben",)], csr([[1], [1]]), share)
    assert once.strengths == {} and shift(once, ["user:ben"], share)[1] > 0


def test_many_keys_of_many_posts_are_told_apart():
    """A country and a city of two users, as for ben above, whose places are as far apart as 32 bits would wrap."""
    size, share = 2**16, np.log(np.array([0.5, 0.25, 0.25]))
    kinds, last = np.zeros(size, np.int64), np.full(size, -1)
    kinds[[1, 2, 2**15]], last[:2] = [1, 1, 2], [1, 2]
    keys, posts = np.array([0, 2**15, 1, 0, 2**15, 2], np.int32), np.array([0, 0, 0, 1, 1, 1], np.int32)
    hashtags = csr([[1], [2], *[[]] * (size - 2)])
    assert likeliest_strengths(keys, posts, last, kinds, hashtags, np.ones(size), share) == {0: 1e6, 2: 1e6}


def test_random_users_have_a_stronger_prior_than_those_with_tastes():
    """And each kind of key has its own."""
    rng = np.random.default_rng(0)
    share = rng.dirichlet(np.ones(50))
    tastes = rng.integers(0, 50, size=(40, 2))
    keys, posts = [], []
    for _ in range(800):
        user, country = int(rng.integers(40)), int(rng.integers(5))
        keys.append((f"country:{country}", f"user:{user}"))
        liked = [int(rng.choice(tastes[user]))] if rng.random() < 0.5 else []
        posts.append(sorted({*rng.choice(50, 3, p=share).tolist(), *liked}))
    hashtags = csr(posts, 50)
    used = np.log(np.bincount(hashtags.indices, minlength=50) / hashtags.nnz)
    tasteful = Preferences().fit(keys, hashtags, used)
    assert tasteful.strength("user:") <= 100 and tasteful.strength("country:") >= 1000
    shuffled = Preferences().fit([keys[i] for i in rng.permutation(800)], hashtags, used)
    assert shuffled.strength("user:") >= 10 * tasteful.strength("user:")


def test_what_does_not_fit_is_refused():
    with pytest.raises(DataError, match="there are keys of 1 posts and hashtags of 2"):
        Preferences().add([("a",)], csr([[0], [1]]))
    for half_life in (0, -1, float("nan")):
        with pytest.raises(SettingsError, match="half_life is"):
            Preferences(half_life)


def test_a_feature_without_a_colon_does_not_share_its_strength_with_everybody():
    """Everybody uses each hashtag once, which wants a strong prior; anna one hashtag always, which wants a weak one."""
    share = np.log(np.array([0.5, 0.25, 0.25]))
    keys = [(EVERYBODY,)] * 3 + [("anna",)] * 4
    preferences = Preferences().fit(keys, csr([[0], [1], [2]] + [[1]] * 4), share)
    assert preferences.strength(EVERYBODY) == 1e6 and preferences.strength("anna") == 1.0


def test_no_key_can_be_read_and_each_salt_hashes_otherwise():
    keys = [("country:pt", "anna@example.org"), ("user:anna",)]
    kept = []
    for salt in (b"", b"one", b"other"):
        preferences = Preferences(7.0, salt).fit(keys, csr([[0], [1]]), LOG_FREQUENCY)
        arrays = preferences.to_arrays()
        content = b"".join(array.tobytes() for array in arrays.values())
        assert not any(text in content for text in (b"anna", b"user", b"country", b"pt"))
        again = Preferences.from_arrays(arrays)
        assert again.salt == salt == again.empty().salt and all(map(again.knows, ["country:pt", "user:anna"]))
        assert not again.knows("user:ann") and shift(again, ["user:anna"], LOG_FREQUENCY).any()
        kept.append({*arrays["keys"].tolist()})
    assert len(kept[0] | kept[1] | kept[2]) == 9
    with pytest.raises(DataError, match="two salts"):
        Preferences(salt=b"one") + Preferences(salt=b"other")


@pytest.mark.parametrize("place", ["age_weights", "keep", "ones", "likeliest_strengths"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_counting_that_fails_or_is_interrupted_counts_nothing(monkeypatch, place, error):
    def fail(*args):
        raise error

    preferences = fed([[(("user:a",), [0, 1], 0.0), (("user:a", "x:ü"), [2], float("nan"))]], 7.0)
    preferences.most_used([("user:a",)], 3, 0, 2)
    before, attributes = preferences.to_arrays(), dict(vars(preferences))
    monkeypatch.setattr(f"instahash.recommend.preferences.{place}", fail)
    more = [("user:b",), ("user:a",)], csr([[3], [3]], 4)
    calls = [lambda: preferences.fit(*more, np.log(np.full(4, 0.25)), np.array([9 * DAY, np.nan]))]
    calls += [lambda: preferences.add(*more, np.array([9 * DAY, np.nan]))] * (place in ("age_weights", "ones"))
    for call in calls if place != "keep" else [lambda: preferences.most_used([("x:ü",)], 3, 0, 2)]:
        with pytest.raises(error):
            call()
        after = preferences.to_arrays()
        assert after.keys() == before.keys() and vars(preferences) == attributes
        assert all(after[name].tobytes() == before[name].tobytes() for name in before)
