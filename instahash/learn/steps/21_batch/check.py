"""The gradient of a batch beside the reference's, and differences of the loss."""

import numpy as np

from instahash.autorec import reference
from instahash.learn.compare import Wrong, case, same, unchanged
from instahash.testing import check_gradient

NAMES = "V", "mu", "U", "b"


def check(answer):
    log3 = np.log(3)
    X, S = np.array([[log3, 0.0], [0.0, log3]]), np.array([[0.0, -0.5], [-1.0, 0.0]])
    with case("the example of the text"):
        look(answer, np.array([[1.0, -1.0]]), np.zeros(1), np.array([[4.0], [-2.0]]), np.zeros(2), X, S)
    rng = np.random.default_rng(21)
    for m, n_hidden, n_words in ((3, 2, 5), (7, 4, 3), (1, 2, 4), (5, 3, 5)):
        parameters = [rng.normal(size=shape) for shape in ((n_hidden, n_words), n_hidden, (n_words, n_hidden), n_words)]
        X = rng.choice([0.0, 0.5, 2.0], (m, n_words))
        with case(f"{m} posts, {n_hidden} hidden units and {n_words} words"):
            look(answer, *parameters, X, X)


def look(answer, V, mu, U, b, X, S):
    with unchanged(V=V, mu=mu, U=U, b=b, X=X, S=S):
        found = answer.batch_gradients(V, mu, U, b, X, S)
    if not isinstance(found, (tuple, list)) or len(found) != 4:
        raise Wrong("four arrays are wanted, in this order: dV, dmu, dU, db")
    _, _, dmu, _, db = reference.loss_and_gradients(V, mu, U, b, X, S)
    m = len(X)
    last = reference.loss_and_gradients(V, mu, U, b, X[-1:], S[-1:])
    factor = f"factor: it is the sum over the posts; J is their mean, so divide by m = {m}"
    # From the back, since what is wrong there is wrong in all that follows.
    mistaken = {
        f"{factor} (db)": m * db,
        "reduction: db is that of the last post alone": last[4],
        "reduction: db has one number for all words; sum over the posts only, axis 0": np.full_like(db, db.sum()),
        "factor: db is divided by m twice": db / m,
    }
    same(found[3], db, "db", mistaken={} if m == 1 else mistaken)
    dZ_sum = m * dmu
    mistaken = {
        f"{factor} (dmu)": dZ_sum,
        "reduction: dmu is that of the last post alone": last[2],
        "reduction: dmu has one number for all units; sum over the posts only, axis 0": np.full_like(dmu, dmu.sum()),
    }
    same(found[1], dmu, "dmu", mistaken={} if m == 1 or len(dmu) == 1 else mistaken)
    check_gradient(
        lambda V, mu, U, b: reference.loss_and_gradients(V, mu, U, b, X, S)[0],
        lambda V, mu, U, b: answer.batch_gradients(V, mu, U, b, X, S),
        *(V, mu, U, b),
        names=NAMES,
        sizes={"m, the number of posts": m} if m > 1 else None,
    )
