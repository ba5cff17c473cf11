"""Five mistakes of students, each with words that its message has."""

WRONG = [
    ("overflow", "return np.log(1 + np.exp(-(w @ c)))"),
    ("sign: it is log s(x)", "return -np.logaddexp(0, -(w @ c))"),
    ("large where the model is right", "return np.logaddexp(0, w @ c)"),
    ("shape", "return np.logaddexp(0, -w * c)"),
    ("minus its logarithm", "return 1 / (1 + np.exp(-(w @ c)))"),
]
