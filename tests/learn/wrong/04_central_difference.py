"""Five mistakes of students, each with words that its message has."""

WRONG = [
    ("one side", "return (f(x + h) - f(x)) / h"),
    ("factor: it is twice", "return (f(x + h) - f(x - h)) / h"),
    ("brackets: Python divides by 2", "return (f(x + h) - f(x - h)) / 2 * h"),
    ("brackets: only the second", "return f(x + h) - f(x - h) / (2 * h)"),
    ("is h another number", "h = 1e-5\nreturn (f(x + h) - f(x - h)) / (2 * h)"),
]
