"""Five mistakes of students, each with words that its message has."""

WRONG = [
    ("missing term: the power", "return counts / counts.sum()"),
    ("take the powers first", "return (counts / counts.sum()) ** 0.75"),
    ("divided by the sum of the counts", "return counts**0.75 / counts.sum()"),
    ("3 // 4 is 0", "powers = counts ** (3 // 4)\nreturn powers / powers.sum()"),
    ("still to be divided", "return counts**0.75"),
]
