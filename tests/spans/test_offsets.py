import pytest

from skseq.spans import token_offsets


def test_repeated_tokens_are_found_one_after_the_other():
    texts, tokens = ["no, no no", "x"], [["no", ",", "no", "no"], []]
    offsets = token_offsets(texts, tokens)
    assert offsets == [[(0, 2), (2, 3), (4, 6), (7, 9)], []]
    assert [texts[0][slice(*place)] for place in offsets[0]] == tokens[0]


def test_a_token_without_characters_and_one_that_is_not_there_are_named():
    with pytest.raises(ValueError, match=r"tokens\[0\]\[1\] has no characters"):
        token_offsets(["ab"], [["a", "", "b"]])
    with pytest.raises(ValueError, match=r"tokens\[1\]\[1\] is 'ada', which texts\[1\] does not"):
        token_offsets(["a", "Hi Ada"], [["a"], ["Hi", "ada"]])
