WRONG = [
    ("the same word twice", "return st.lists(st.integers(0, n_words - 1), max_size=6, unique=True)"),
    ("there is no word 5", "return st.lists(st.integers(0, n_words), max_size=6)"),
    ("the empty list", "return st.lists(st.integers(0, n_words - 1), min_size=1, max_size=6)"),
    ("a strategy is wanted", "return [st.integers(0, n_words - 1)]"),
    ("that is not sorted", "return st.lists(st.integers(0, n_words - 1), max_size=6).map(sorted)"),
]
