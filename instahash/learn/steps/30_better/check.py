"""Sums of standardised scores, post by post."""

import numpy as np

from instahash.learn.compare import case, same, unchanged


def check(answer):
    with case("the example of the text"):
        look(answer, [np.array([[0.5, 0.3, 0.1]]), np.array([[10.0, 30.0, 20.0]])])
    rng = np.random.default_rng(30)
    for n_experts, n_posts, n_hashtags in ((2, 4, 6), (3, 5, 4), (1, 3, 7)):
        experts = [rng.normal(k, 10.0**k, (n_posts, n_hashtags)) for k in range(n_experts)]
        for expert in experts:  # posts differ in mean and spread too
            expert *= rng.uniform(1, 5, (n_posts, 1))
        with case(f"{n_experts} experts, {n_posts} posts and {n_hashtags} hashtags"):
            look(answer, experts)
    silent = rng.normal(size=(3, 5))
    silent[1] = 0
    with case("an expert whose scores are all 0 for one of the posts"):
        look(answer, [rng.normal(size=(3, 5)), silent])


def look(answer, experts):
    with unchanged(experts=experts):
        found = answer.fuse(experts)

    def fused(centre, spread):
        return sum((scores - centre(scores)) / spread(scores) for scores in experts)

    def mean(scores, axis=1):
        return scores.mean(axis, keepdims=True)

    def deviation(scores, axis=1, ddof=0):
        spread = scores.std(axis, keepdims=True, ddof=ddof)
        return np.where(spread > 0, spread, 1)

    n = len(experts)
    wanted = sum(np.array([standardised(post) for post in scores]) for scores in experts)
    mistaken = {
        "missing term: the plain sum; the louder expert decides": sum(experts),
        "factor: the scores are not divided by their deviation": fused(mean, lambda scores: 1),
        "missing term: the mean is not taken off": fused(lambda scores: 0, deviation),
        "factor: the scores are divided by the variance; its root is the deviation": fused(
            mean, lambda scores: deviation(scores) ** 2
        ),
        "factor: this deviation is divided by n - 1; np.std, with n, is wanted": fused(
            mean, lambda scores: deviation(scores, ddof=1)
        ),
        f"factor: it is the mean over the {n} experts; the sum is wanted": wanted / n,
        "missing term: only the last expert is there": np.array([standardised(post) for post in experts[-1]]),
        "missing term: only the first expert is there": np.array([standardised(post) for post in experts[0]]),
    }
    if len(experts[0]) > 1:
        mistaken |= {
            "reduction: one mean and deviation of all posts; each post has its own": fused(
                lambda scores: scores.mean(), lambda scores: scores.std()
            ),
            "reduction: means and deviations over the posts, axis 0; take them over the hashtags": fused(
                lambda scores: mean(scores, 0), lambda scores: deviation(scores, 0)
            ),
        }
    same(found, wanted, "the sum", atol=1e-6, mistaken=mistaken if n > 1 else {})


def standardised(post):
    """z of one post, number by number."""
    mean = sum(post) / len(post)
    deviation = (sum((score - mean) ** 2 for score in post) / len(post)) ** 0.5
    return [(score - mean) / deviation if deviation else 0.0 for score in post]
