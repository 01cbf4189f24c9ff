import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, f1_score

from skseq.training._callbacks import macro_f1


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_macro_f1_of_counts_is_scikit_learns_over_the_classes_that_occur(pairs):
    truth, predicted = np.array(pairs).T
    counts = confusion_matrix(truth, predicted, labels=range(4))
    theirs = f1_score(truth, predicted, labels=np.unique(truth), average="macro", zero_division=0.0)
    np.testing.assert_allclose(macro_f1(counts), theirs)
