import io

import pytest

from skseq.datasets import read_conllu, write_conllu

TEXT = """# newdoc id = a
# sent_id = 1
1-2\tvámonos\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
1\tvamos\tir\tVERB\t_\tNumber=Plur|Person=1\t0\troot\t_\t_
2\tnos\tnosotros\tPRON\t_\tNumber=Plur\t1\tobj\t_\tEntity=B-PER
3\t,\t,\tPUNCT\t_\t_\t1\tpunct\t_\t_
3.1\tvamos\tir\tVERB\t_\t_\t_\t_\t0:root\tCopyOf=1
4-5\tal\t_\t_\t_\t_\t_\t_\t_\t_
4\ta\ta\tADP\t_\t_\t6\tcase\t_\t_
5\tel\tel\tDET\t_\t_\t6\tdet\t_\t_
6\tmar\tmar\tNOUN\t_\tNumber=Sing\t1\tobl\t_\tSpaceAfter=No|X=1

# sent_id = 2
1\tSí\tsí\tINTJ\t_\t_\t0\troot\t_\t_

# newdoc id = b
1\tNo\tno\tADV\t_\t_\t0\troot\t_\t_
"""


def read(text=TEXT, **options):
    return read_conllu(io.StringIO(text), **options)


def test_words_are_steps_and_tokens_of_several_words_and_empty_nodes_are_not():
    sentences = read()
    assert sentences.data == [["vamos", "nos", ",", "a", "el", "mar"], ["Sí"], ["No"]]
    assert sentences.target[0] == ["VERB", "PRON", "PUNCT", "ADP", "DET", "NOUN"]
    assert sentences.groups.tolist() == [0, 0, 1]
    assert sentences.comments == [
        ["newdoc id = a", "sent_id = 1"],
        ["sent_id = 2"],
        ["newdoc id = b"],
    ]


def test_words_of_one_token_share_its_place_in_the_text():
    sentences = read()
    assert sentences.texts == ["vámonos, al mar", "Sí", "No"]
    words = [sentences.texts[0][start:end] for start, end in sentences.offsets[0]]
    assert words == ["vámonos", "vámonos", ",", "al", "al", "mar"]


def test_a_tag_is_a_column_or_a_key_in_one():
    assert read(tag_column="deprel").target[1] == ["root"]
    assert read(tag_column="feats.Number").target[0] == ["Plur", "Plur", "_", "_", "_", "Sing"]
    assert read(tag_column="misc.Entity").target_names == ["B-PER", "_"]
    assert "target" not in read(tag_column=None)
    with pytest.raises(ValueError, match=r"tag_column must be one of .*Did you mean 'upos'"):
        read(tag_column="uppos")
    with pytest.raises(ValueError, match=r"have keys, such as .*Did you mean 'feats'"):
        read(tag_column="feat.Number")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("3\t,\t,", "3\t,", r"line 6: 9 column\(s\), 0 of them empty, but CoNLL-U has 10"),
        ("3\t,\t,", "3\t,\t", r"line 6: 10 column\(s\), 1 of them empty"),
        ("3\t,\t,", "4\t,\t,", "line 6: the id is '4', but the next word of the sentence is 3"),
        ("3\t,\t,", "x\t,\t,", "line 6: the id is 'x'"),
    ],
)
def test_a_broken_line_is_named(old, new, message):
    with pytest.raises(ValueError, match=f"the file, {message}"):
        read(TEXT.replace(old, new))
    with pytest.raises(ValueError, match="has no sentence"):
        read("# newdoc\n\n")


@pytest.mark.parametrize("tag_column", ["upos", "misc.Entity"])
def test_what_is_written_is_read_back(tmp_path, tag_column):
    path = tmp_path / "words.conllu"
    words, tags = [["New York", "sí"], ["b"]], [["A", "_"], ["B"]]
    write_conllu(path, words, tags, tag_column=tag_column, comments=[["newdoc"], ["newdoc"]])
    sentences = read_conllu(path, tag_column=tag_column)
    assert (sentences.data, sentences.target) == (words, tags)
    assert sentences.groups.tolist() == [0, 1]


def test_what_cannot_be_written_is_refused(tmp_path):
    path = tmp_path / "words.conllu"
    with pytest.raises(ValueError, match=r"words\[0\]\[1\] is ' ' with the tag '_'"):
        write_conllu(path, [["a", " "]])
    with pytest.raises(ValueError, match=r"words\[0\] is empty"):
        write_conllu(path, [[]])
    with pytest.raises(ValueError, match=r"tags\[0\] has 1 tags but words\[0\] has 2 words"):
        write_conllu(path, [["a", "b"]], [["X"]])
