"""13. Counting all pairs at once

The loss of all posts is a sum over their pairs. So nothing but the counts matters: N_ij
says in how many posts the words i and j stand together. The posts are the rows of a matrix
B: a 1 where the post has the word.

                          B  sea sand sun dog         N  sea sand sun dog
    post 0: sea sand        [ 1   1   0   0 ]      sea  [ 0   2   1   0 ]
    post 1: sea sand sun    [ 1   1   1   0 ]      sand [ 2   0   1   0 ]
    post 2: sun dog         [ 0   0   1   1 ]      sun  [ 1   1   0   1 ]
                                                   dog  [ 0   0   1   0 ]

By hand: sea and sand are together in posts 0 and 1, so N_ij is 2 for them, in both orders.
As a formula,

    N_ij = sum over the posts p of  B_pi B_pj        where i and j differ;        N_ii = 0

That sum is a matrix product. Which? Mind what is summed over: here B is (3, 4) and N is
(4, 4). (The transpose of B is B.T.)

Most words never meet, so most numbers are 0. B and N are sparse arrays, which keep only the
others: 20,000 words would make an N of 3.2 GB otherwise. Sparse arrays know @, .T, and a
method setdiag(0), which sets all N_ii to 0 in place and returns nothing. To see a small one,
print(N.toarray()). B must stay as it is.
"""

import numpy as np


def pair_counts(B):
    """In how many posts two words are together.

    B          (n_posts, n_words)    a sparse array of 0 and 1
    returned   N, (n_words, n_words), a sparse array with 0 on its diagonal
    """
    # solution
    N = B.T @ B
    N.setdiag(0)
    return N
    # end
