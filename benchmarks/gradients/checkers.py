"""One way to ask each checker, ours and its peers, about one gradient.

A checker is a function of a Case and settings; it returns a `Verdict`. SETTINGS has what is tried for each, a list a
dtype; the first are the defaults. An exception is an alarm. Peers are imported where they are used.
"""

import importlib
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

LARGE = 20_000  # entries; from there on the checkers look at random directions, or at some entries, where they can
DOUBLE, SINGLE = np.dtype(np.float64), np.dtype(np.float32)


class Case(NamedTuple):
    """A loss and a gradient of NumPy arrays, and the parameters by their names; all in one dtype."""

    loss: Callable[..., Any]
    gradient: Callable[..., Any]
    params: dict[str, np.ndarray]
    sizes: dict[str, int]

    @property
    def dtype(self):
        return next(iter(self.params.values())).dtype

    @property
    def is_large(self):
        return sum(param.size for param in self.params.values()) > LARGE

    def copies(self):
        return [param.copy() for param in self.params.values()]

    def gradients(self, *params):
        """One gradient a parameter, as far as the function returns them."""
        returned = self.gradient(*params)
        return (returned,) if len(self.params) == 1 else tuple(returned)


class Verdict(NamedTuple):
    """alarm : the gradient is called wrong. unsure : it was said that some numbers could not be checked.

    kinds : maps parameters' names to the kinds of mistake that were named; None where none was.
    number : where the checker gives a number in place of an alarm, that number; then `alarm` is not set.
    """

    alarm: bool = False
    unsure: bool = False
    kinds: dict[str, str | None] | None = None
    number: float | None = None
    text: str = ""


def ours(case, settings):
    from instahash.testing import GradientError, check_directional, check_gradient

    names, params = list(case.params), case.copies()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            if case.is_large:
                check_directional(case.loss, case.gradient, *params)
            some = {"n_checked": 500} if case.is_large else {}
            check_gradient(case.loss, case.gradient, *params, names=names, sizes=case.sizes, **some)
        except GradientError as error:
            return Verdict(alarm=True, kinds=error.kinds, text=str(error))
    unsure = [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning) and "checked" in str(w.message)]
    return Verdict(unsure=bool(unsure), text="; ".join(unsure))


def torch(case, settings):
    import torch

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *params):
            ctx.save_for_backward(*params)
            return torch.as_tensor(np.asarray(case.loss(*[param.detach().numpy() for param in params])))

        @staticmethod
        def backward(ctx, above):
            params = [param.detach().numpy() for param in ctx.saved_tensors]
            return tuple(above * torch.as_tensor(np.array(g)) for g in case.gradients(*params))

    params = [torch.tensor(param, requires_grad=True) for param in case.copies()]
    # Where its fast mode has found a mistake, it goes through all entries for the message, which takes minutes.
    module = importlib.import_module("torch.autograd.gradcheck")
    with mock.patch.object(module, "_run_slow_mode_and_get_error", return_value="found in fast mode"):
        module.gradcheck(Function.apply, params, fast_mode=case.is_large, **settings)
    return Verdict()


def jax(case, settings):
    import jax
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)
    params = [jax.numpy.asarray(param) for param in case.copies()]

    @jax.custom_vjp
    def function(*params):  # run as it is, without jit, so that its arguments are numbers
        return jax.numpy.asarray(case.loss(*map(np.asarray, params)), case.dtype)

    def forward(*params):
        return function(*params), params

    def backward(params, above):
        return tuple(above * jax.numpy.asarray(g) for g in case.gradients(*map(np.asarray, params)))

    function.defvjp(forward, backward)
    check_grads(function, params, order=1, modes=["rev"], **settings)
    return Verdict()


def autograd(case, settings):
    from autograd import test_util
    from autograd.extend import defvjp, primitive

    @primitive
    def function(*params):
        return case.loss(*params)

    def of(position):
        return lambda answer, *params: lambda above: above * case.gradients(*params)[position]

    defvjp(function, *[of(position) for position in range(len(case.params))])
    kept = {name: getattr(test_util, name) for name in settings}
    for name, value in settings.items():
        setattr(test_util, name, value)
    try:
        np.random.seed(0)
        every = tuple(range(len(case.params)))  # its default is the first argument alone
        test_util.check_grads(function, every, modes=["rev"], order=1)(*case.copies())
    finally:
        for name, value in kept.items():
            setattr(test_util, name, value)
    return Verdict()


def scipy(case, settings):
    from scipy.optimize import check_grad

    params = list(case.params.values())
    ends = np.cumsum([param.size for param in params])

    def parts(x):
        x = x.astype(case.dtype)
        return [part.reshape(param.shape) for part, param in zip(np.split(x, ends[:-1]), params)]

    def gradient(x):
        found = case.gradients(*parts(x))
        if [np.shape(g) for g in found] != [param.shape for param in params]:
            raise ValueError("the gradient's shape differs from that of the parameters")
        return np.concatenate([np.ravel(g) for g in found]).astype(np.float64)

    x = np.concatenate([param.ravel() for param in params]).astype(np.float64)
    relative = settings["relative"]
    way = {"direction": "random", "rng": 0} if case.is_large else {}
    off = check_grad(lambda x: float(case.loss(*parts(x))), gradient, x, epsilon=settings["epsilon"], **way)
    size = max(float(np.linalg.norm(gradient(x))), 1e-300) if relative else 1.0
    return Verdict(number=float(off) / size if np.isfinite(off) else np.inf)


CHECKERS = {"ours": ours, "torch": torch, "jax": jax, "autograd": autograd, "scipy": scipy}
SETTINGS = {
    "ours": {DOUBLE: [{}], SINGLE: [{}]},
    # Its documentation calls the defaults those of double precision, and asks for looser ones otherwise.
    "torch": {
        DOUBLE: [{}, {"atol": 1e-6, "rtol": 1e-4}],
        SINGLE: [
            {"eps": eps, "atol": tol, "rtol": tol}
            for eps, tol in ((1e-3, 1e-2), (1e-2, 1e-2), (1e-2, 0.05), (1e-2, 0.1))
        ],
    },
    "jax": {
        DOUBLE: [{}, {"atol": 1e-4, "rtol": 1e-4}],
        SINGLE: [{}, {"eps": 1e-2}, *({"eps": 1e-2, "atol": tol, "rtol": tol} for tol in (0.02, 0.05, 0.1))],
    },
    # It has no arguments for these; they are constants of its module.
    "autograd": {
        DOUBLE: [{}, {"TOL": 1e-5, "RTOL": 1e-5}, {"TOL": 1e-4, "RTOL": 1e-4}],
        SINGLE: [{"EPS": 1e-2, "TOL": tol, "RTOL": tol} for tol in (1e-3, 0.01, 0.05)],
    },
    "scipy": {
        dtype: [
            {"epsilon": float(np.finfo(dtype).eps ** power), "relative": relative}
            for power in (1 / 2, 1 / 3)
            for relative in (False, True)
        ]
        for dtype in (DOUBLE, SINGLE)
    },
}


def ask(name, case, settings):
    """The verdict of that checker; whatever it raises is an alarm."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return CHECKERS[name](case, settings)
        except Exception as error:
            return Verdict(alarm=True, text=f"{type(error).__name__}: {error}")
