"""Gradients by complex parameters: four conventions for one pair of slopes.

The loss is real. Let z = x + iy. What moves are x and y; the two slopes are written as one complex number:

    "x+iy"   dL/dx + i dL/dy            the way up; PyTorch and TensorFlow
    "x-iy"   dL/dx - i dL/dy            its conjugate; JAX and autograd
    "z*"     (dL/dx + i dL/dy) / 2      Wirtinger's dL/dz*
    "z"      (dL/dx - i dL/dy) / 2      Wirtinger's dL/dz

Reference: Kreutz-Delgado 2009, The Complex Gradient Operator and the CR-Calculus.
"""

from __future__ import annotations

import numpy as np

from instahash.testing.options import shown

# The factor of both slopes, and the sign of the second.
CONVENTIONS = {"x+iy": (1.0, 1.0), "x-iy": (1.0, -1.0), "z*": (0.5, 1.0), "z": (0.5, -1.0)}


def slopes(gradient: np.ndarray, convention: str) -> np.ndarray:
    """(..., 2): dL/dx and dL/dy, of complex numbers (...)."""
    factor, sign = CONVENTIONS[convention]
    return np.stack([gradient.real, sign * gradient.imag], -1) / factor


def written(pairs: np.ndarray, convention: str) -> np.ndarray:
    """(...), the complex numbers of which `slopes` are the pairs (..., 2)."""
    factor, sign = CONVENTIONS[convention]
    return factor * (pairs[..., 0] + sign * 1j * pairs[..., 1])


def must_be_convention(wirtinger: str) -> None:
    """ValueError where it is none."""
    if wirtinger not in list(CONVENTIONS):
        raise ValueError(f"wirtinger must be one of {', '.join(map(repr, CONVENTIONS))}, not {shown(wirtinger)}")


def read_as(pairs: np.ndarray, convention: str, other: str) -> np.ndarray:
    """What slopes (..., 2), written in the convention `other`, are where they are read in `convention`."""
    (factor, sign), (other_factor, other_sign) = CONVENTIONS[convention], CONVENTIONS[other]
    return pairs * (other_factor / factor) * np.array([1.0, sign * other_sign])
