"""Files of every format become the sequences they hold, and what is guessed is told."""

import gzip
import json

import numpy as np
import pytest

from skseq.cli._errors import InputError
from skseq.cli._open import open_again, open_file, open_unlabelled
from skseq.cli._reading import Asked


def read(path, content=None, **asked):
    if content is not None:
        path.write_text(content, encoding="utf-8")
    return open_file(str(path), Asked(**asked))


def test_texts_and_their_labels(files):
    opened = read(files / "texts.csv")
    assert opened.guessed == "--text text --label label --row-is sequence"
    assert opened.data.X[0].count(" ") == 4
    assert sorted(set(opened.data.y)) == ["complaint", "praise"]
    assert opened.data.groups is None
    assert not opened.reading.tags


def test_a_table_and_objects_mean_the_same(files):
    one, other = read(files / "texts.csv").data, read(files / "texts.jsonl").data
    assert one.X == other.X
    assert one.y.tolist() == other.y.tolist()


@pytest.mark.parametrize("suffix", [".parquet", ".tsv", ".csv.gz"])
def test_other_formats_mean_the_same(suffix, files, tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(files / "texts.csv")
    path = tmp_path / f"texts{suffix}"
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
        frame.to_parquet(path)
    elif suffix == ".tsv":
        frame.to_csv(path, sep="\t", index=False)
    else:
        path.write_bytes(gzip.compress((files / "texts.csv").read_bytes()))
    found = read(path).data
    assert found.X == read(files / "texts.csv").data.X


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (["01", "02"], ["01", "02"]),
        (["TRUE", "FALSE"], ["TRUE", "FALSE"]),
        (["true", "false"], ["true", "false"]),
        (["+1", "-1"], ["+1", "-1"]),
        (["1", "2"], [1, 2]),
        (["True", "False"], [True, False]),
        (["1", "2", "01"], [1, 2, 1]),  # one class in two spellings
        (["5%", "1,200"], ["5%", "1,200"]),
    ],
)
@pytest.mark.parametrize("options", [{}, {"has_header": False, "text": "1", "label": "2"}])
def test_labels_stay_as_they_are_written(written, read_as, options, tmp_path):
    lines = [f'text of row {row},"{label}"' for row in range(4) for label in written]
    named = [] if options else [" text , label "]
    opened = read(tmp_path / "t.csv", "\n".join([*named, *lines, ""]), **options)
    assert opened.data.y.tolist() == read_as * 4
    content, again = open_again(opened.path, opened.reading)
    assert again.y.tolist() == opened.data.y.tolist()
    assert content == opened.content


def test_levels_in_numbers_are_in_their_order_however_they_are_written(tmp_path):
    lines = [f"text {row},{label}" for row in range(4) for label in ("+10", "+9", "+8")]
    opened = read(tmp_path / "t.csv", "\n".join(["text,label", *lines, ""]), is_ordinal=True)
    assert opened.reading.levels == ["+8", "+9", "+10"]
    assert opened.guessed.endswith("--levels +8,+9,+10 --row-is sequence")


def test_numbers_are_read_as_people_write_them(tmp_path):
    lines = [f'r{row // 4},"{row % 4 + 1},200",-{row}.5 %,{row % 2}' for row in range(16)]
    opened = read(tmp_path / "t.csv", "\n".join(["recording,price,change,label", *lines, ""]))
    assert opened.reading.values == ["price", "change"]
    expected = [[1200.0 + 1000 * (row % 4), -row - 0.5] for row in range(16)]
    np.testing.assert_array_equal(opened.data.X.values, expected)
    unlabelled = open_unlabelled(opened.path, opened.reading)
    np.testing.assert_array_equal(unlabelled.X.values, expected)


def test_a_cell_that_is_no_number_among_such_is_named(tmp_path):
    lines = [f'"{row},200",{row}' for row in range(1, 60)]
    with pytest.raises(InputError, match=r"column price, row 60: '1,2' is no number"):
        read(tmp_path / "t.csv", "\n".join(["price,label", *lines, '"1,2",1', ""]), label="label")


def test_what_is_named_is_not_guessed(tmp_path):
    content = "id,title,body,label,kind\n" + "x,one two,three four five,1,a\ny,six,seven,2,b\n" * 3
    opened = read(tmp_path / "t.csv", content, text="title", label="kind")
    assert opened.guessed == "--row-is sequence"
    assert opened.data.X[:2] == ["one two", "six"]
    assert opened.data.y.tolist() == ["a", "b"] * 3


def test_a_series_in_cells_of_text_is_cut_into_windows(files):
    opened = read(files / "series.csv")
    assert opened.guessed == (
        "--values data --label label --window 50 --row-is step --background none"
    )
    assert opened.data.X.lengths.tolist() == [50] * 4
    assert opened.data.X.n_features == 2
    assert opened.data.y.aligns_with(opened.data.X)
    np.testing.assert_array_equal(opened.data.groups.values, np.arange(200))
    assert read(files / "series.csv", window=100).data.X.lengths.tolist() == [100] * 2
    assert "--row-is" not in read(files / "series.csv", window=100).guessed


def test_labels_without_order_make_each_row_a_sequence(tmp_path):
    rows = [f'"[{row}.5, 1.0]",{"ab"[row % 3 == 0]}' for row in range(30)]
    opened = read(tmp_path / "t.csv", "\n".join(["data,label", *rows]))
    assert opened.reading.row_is == "sequence"
    assert opened.data.X.lengths.tolist() == [2] * 30
    assert opened.data.y[:2].tolist() == ["b", "a"]


def test_steps_of_recordings_are_sorted_whatever_their_rows(files):
    opened = read(files / "long.csv")
    assert opened.guessed == (
        "--values a,b --label label --sequence recording --order step --row-is step "
        "--background none"
    )
    data = opened.data
    assert data.X.lengths.tolist() == [10] * 20
    series = read(files / "series.csv").data.X.values
    first = [int(name[1:]) for name in data.names]
    for row, number in enumerate(first):
        np.testing.assert_array_equal(data.X[row], series[number * 10 : number * 10 + 10])


def test_many_sensors_of_named_machines_are_steps_and_not_a_series_in_each_row(tmp_path):
    sensors = [f"s{i}" for i in range(24)]
    rows = [
        ",".join(map(str, [unit, cycle, *[unit + cycle / 8] * 24, "late" if cycle > 5 else "fine"]))
        for unit in (1, 2, 3)
        for cycle in range(1, 8)
    ]
    table = [",".join(["unit", "cycle", *sensors, "tag"]), *rows]
    opened = read(tmp_path / "engines.csv", "\n".join(table))
    assert "--sequence unit --order cycle --row-is step" in opened.guessed
    assert opened.data.X.lengths.tolist() == [7, 7, 7]
    assert opened.reading.values == sensors
    # A recording and a time do not make a step where several rows have both.
    opened = read(tmp_path / "waves.csv", "\n".join([*table, *rows]))
    assert opened.reading.row_is == "sequence"


def test_a_word_in_each_row_is_a_step_of_its_sentence(tmp_path):
    rows = [f"Sentence: {i // 3},{'ab'[i % 2]},NN,{'O' if i % 2 else 'B-geo'}" for i in range(24)]
    opened = read(tmp_path / "t.csv", "\n".join(["Sentence #,Word,POS,Tag", *rows]))
    assert opened.guessed == (
        "--text Word --label Tag --sequence Sentence # --row-is step --background O"
    )
    assert opened.data.X[:2] == [["a", "b", "a"], ["b", "a", "b"]]
    assert opened.reading.tags


def test_a_label_that_is_the_same_at_all_steps_is_one_of_the_sequence(tmp_path):
    rows = [f"s{i // 4},{i}.25,{'xy'[i // 4 % 2]}" for i in range(40)]
    opened = read(tmp_path / "t.csv", "\n".join(["sequence,value,class", *rows]))
    assert opened.data.y.tolist() == ["x", "y"] * 5
    assert opened.data.X.lengths.tolist() == [4] * 10
    assert not opened.reading.tags


def test_a_series_in_each_row_may_end_early_and_needs_no_header(tmp_path):
    rows = ["1," + ",".join(f"{i}.5" for i in range(20)), "2," + "0.25," * 17 + "3"] * 4
    opened = read(tmp_path / "t.csv", "\n".join(rows), label="1")
    assert opened.data.X.lengths.tolist() == [20, 18] * 4
    assert opened.data.y.tolist() == [1, 2] * 4


def test_without_a_header_columns_are_numbered(tmp_path):
    content = "so late again,bad\nwhat a day,good\n" * 3
    opened = read(tmp_path / "t.csv", content, has_header=False, text="1", label="2")
    assert len(opened.data.X) == 6


def test_the_one_column_of_words_before_numbers_is_the_label(tmp_path):
    rows = [f"{'ab'[i % 2]}," + ",".join(f"{i}.5" for _ in range(20)) for i in range(20)]
    table = "\n".join(["stage," + ",".join(f"t{i}" for i in range(20)), *rows])
    opened = read(tmp_path / "stages.csv", table)
    assert (opened.reading.label, opened.reading.row_is) == ("stage", "sequence")
    assert opened.data.X.lengths.tolist() == [20] * 20


def test_a_first_line_with_a_number_twice_is_no_header(tmp_path):
    content = "One, two, three and four.\t1\t1\nAnd then five and six.\t2\t2\n" * 5
    opened = read(tmp_path / "t.tsv", content)
    assert (opened.reading.text, opened.data.names[0]) == ("1", 1)
    assert len(opened.data.X) == 10
    named = "0,1,label\n" + "0.5,1.5,a\n0.5,2.5,b\n" * 5
    assert read(tmp_path / "t.csv", named, row_is="sequence").reading.label == "label"


def test_lists_as_python_writes_them_are_lists(tmp_path):
    content = "tokens,tags\n" + "\"['EU', 'rejects']\",\"['B-ORG', 'O']\"\n" * 4
    opened = read(tmp_path / "t.csv", content)
    assert opened.data.X[0] == ["EU", "rejects"]
    assert opened.data.y[0] == ["B-ORG", "O"]
    assert opened.reading.tags


def test_spans_of_objects_are_tags_of_words_or_of_characters(tmp_path):
    line = {"text": "Ada left", "spans": [{"start": 0, "end": 3, "label": "PER"}], "ends": [7]}
    content = "\n".join([json.dumps(line)] * 4)
    words = read(tmp_path / "t.jsonl", content).data
    assert words.X[0] == ["Ada", "left"]
    assert words.y[0] == ["B-PER", "O"]
    characters = read(tmp_path / "t.jsonl", label="ends").data
    assert characters.X[0] == "Ada left"
    assert characters.y[0] == ["O"] * 7 + ["ends"]


@pytest.mark.parametrize(("marks", "background"), [([0, 0, 0, 1], 0), (["x", "x", "x", "N"], "x")])
def test_a_list_as_long_as_its_text_has_a_tag_for_each_character(marks, background, tmp_path):
    line = json.dumps({"text": "no 7", "tags": marks})
    opened = read(tmp_path / "t.jsonl", "\n".join([line] * 6))
    assert opened.data.X == ["no 7"] * 6
    assert opened.data.y == [marks] * 6
    assert opened.guessed.endswith("--background none")
    mostly = json.dumps({"text": "not seven", "tags": [marks[0]] * 9})
    opened = read(tmp_path / "t.jsonl", "\n".join([line, mostly]))
    assert opened.reading.background == background
    assert opened.guessed.endswith(f"--background {background}")


def test_a_word_a_row_makes_sentences_and_an_utterance_a_row_dialogues(tmp_path):
    words = ["sentence,word,tag", *(f"{i // 3},w{i},{'OX'[i % 3 == 0]}" for i in range(12))]
    opened = read(tmp_path / "words.csv", "\n".join(words))
    assert opened.data.X[1] == ["w3", "w4", "w5"]
    assert opened.reading.unit == "word"
    turns = [
        "dialogue,text,act",
        *(f"d{i // 3},you there {i},{'QS'[i % 3 == 0]}" for i in range(12)),
    ]
    opened = read(tmp_path / "turns.csv", "\n".join(turns), sequence="dialogue", label="act")
    assert opened.reading.unit == "utterance"
    assert opened.data.X[0] == ["you there 0", "you there 1", "you there 2"]


def test_a_column_file_holds_sentences(files):
    opened = read(files / "names.conll")
    assert len(opened.data.X) == len(opened.data.y) == 24
    assert opened.reading.tags


def test_ordered_labels_have_levels(tmp_path):
    content = "text,label\n" + "so cold,low\nmild day,mid\nso hot,high\n" * 4
    assert read(tmp_path / "t.csv", content, is_ordinal=True).reading.levels == [
        "high", "low", "mid",
    ]  # fmt: skip
    named = {"is_ordinal": True, "levels": ["low", "mid", "high"]}
    assert read(tmp_path / "t.csv", **named).reading.levels == ["low", "mid", "high"]
    with pytest.raises(InputError, match="--levels low,high: must name each label once"):
        read(tmp_path / "t.csv", is_ordinal=True, levels=["low", "high"])


def test_na_is_a_class_and_only_an_empty_cell_is_missing(tmp_path):
    content = "text,label\n" + "a day,NA\nb day,None\n" * 4
    assert sorted(set(read(tmp_path / "t.csv", content).data.y)) == ["NA", "None"]
    with pytest.raises(InputError, match="column label is empty in row 9, and in 1 of 9 rows"):
        read(tmp_path / "t.csv", content + "c day,\n")


@pytest.mark.parametrize(
    ("content", "asked", "message"),
    [
        ("text,label\n" + "a b,x\n" * 4, {"label": "lable"}, "--label lable: no such column; there "
         "are text, label. Did you mean 'label'"),
        ("one,two\n" + "a b,c d\n" * 4, {"text": "one"}, "cannot tell which column holds"),
        (",".join(f"t{i}" for i in range(99)) + "\n" + ",".join(["1.5"] * 99), {}, "t17, ..., t98"),
        ("text,label\n" + "a b,x\n" * 4, {}, "holds one label, x"),
        ("text,label\n" + "".join(f"a b,{i}\n" for i in range(9)), {}, "9 different labels"),
        ("text,label\n" + "a b,x\n" * 4, {"text": "text", "values": ["text"]}, "exclude each"),
        ("name,label\n" + "a,x\nb,y\n" * 4, {}, "no column besides the label"),
        ("data,label\n" + '"[1, 2]",x\n' * 4 + '"[1, 2",y\n', {}, "row 5: '.1, 2' is not a list"),
        ('data,label\n"[1, 2]",x\n3,y\n' * 2, {}, "row 2: '3' is not a list"),
        ("text,label\na b,x,z\nb c,y,z\n", {}, "more cells than the first line has names"),
        ("a,b,c,label\n" + "1,2,3,x\n1,?,3,y\n1,2,3,y\n", {}, "column b, row 2: '.' is no number"),
        ("text,label\n" + "a b,x\nb c,y\n" * 4, {"values": ["text"]}, "row 1 holds 'a b', which"),
        ("text,label\n" + "a b,x\nb c,y\n" * 4, {"text": "label", "label": "label"}, "learnt from"),
        ("text,label\n", {}, "has no rows"),
        ('{"text": "a b", "label": "x"}\n' * 4, {}, "JSON lines, not csv; say so with --format"),
        ("PK\x03\x04", {}, "is a spreadsheet"),
        ("x" * 200_000 + "\n", {}, "has no rows"),
        ("", {}, "is empty"),
        ("text,label\n" + "a b,x\nb c,y\n" * 4, {"format": "xml"}, "--format xml: no such format"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_the_option_that_mends_it(content, asked, message, tmp_path):
    with pytest.raises(InputError, match=message):
        read(tmp_path / "t.csv", content, **asked)


COMPLAINTS = "text,label\n" + "so late again,bad\nwhat a day,good\n" * 3


@pytest.mark.parametrize(
    "content",
    [
        COMPLAINTS.replace("\n", "\r\n"),
        COMPLAINTS.replace("\n", "\r"),
        COMPLAINTS.replace("bad\n", "bad,\n").replace("good\n", "good,\n"),
        "\ufeff" + COMPLAINTS.replace(",", ";"),
        COMPLAINTS.replace(",", ", "),
        COMPLAINTS.replace("label\n", 'label,"a;b;c"\n').replace("d\n", "d,z\n"),
    ],
    ids=[
        "Windows",
        "old Mac",
        "commas at the ends",
        "semicolons and a mark of byte order",
        "spaces after commas",
        "semicolons in quotes",
    ],
)
def test_one_table_may_be_written_in_many_ways(content, tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(content.encode())
    data = read(path).data
    assert data.X == ["so late again", "what a day"] * 3
    assert data.y.tolist() == ["bad", "good"] * 3


def test_beside_semicolons_numbers_have_decimal_commas(tmp_path):
    rows = ["1,5;-2,25;a", "3;4,0;b"] * 8
    opened = read(tmp_path / "t.csv", "\n".join(["x;y;label", *rows]), row_is="sequence")
    assert opened.data.X[:2].tolist() == [[1.5, -2.25], [3.0, 4.0]]


def test_ids_are_no_measurements(tmp_path):
    rows = [f"{i * 7 % 31},{i // 2},{i}.5,2.5,{'ab'[i % 2]}" for i in range(30)]
    content = "\n".join(["id,patient_id,x,y,label", *rows])
    assert read(tmp_path / "t.csv", content, row_is="sequence").reading.values == ["x", "y"]


def test_times_order_steps_however_they_are_written(tmp_path):
    days = [f"2024-0{i % 3 + 1}-{9 - i // 3:02},{i % 3}.5,{'ab'[i % 2]}" for i in range(24)]
    opened = read(tmp_path / "t.csv", "\n".join(["date,x,label", *days]), window=4)
    assert opened.reading.order == "date"
    assert opened.data.X.values[:8].ravel().tolist() == [0.5] * 8  # of January


def test_days_may_come_first_in_dates(tmp_path):
    days = [
        f"{i + 1:02}.{month:02}.2024,{month}.5,{'ab'[i % 2]}" for i in range(28) for month in (1, 2)
    ]
    opened = read(tmp_path / "t.csv", "\n".join(["date,x,label", *days]), window=28)
    assert opened.data.X.values.ravel().tolist() == [1.5] * 28 + [2.5] * 28


def test_lists_of_words_and_numbers_are_no_numbers(tmp_path):
    line = json.dumps({"tokens": ["a", 2], "tags": ["B", "O"]})
    with pytest.raises(InputError, match="no column besides the label holds texts or numbers"):
        read(tmp_path / "t.jsonl", "\n".join([line] * 4))


def test_a_packed_file_that_is_cut_short_is_told(files, tmp_path):
    packed = gzip.compress((files / "texts.csv").read_bytes())
    for content in (packed[:-8], b"text"):
        (tmp_path / "t.csv.gz").write_bytes(content)
        with pytest.raises(InputError, match="not a whole gzip file"):
            read(tmp_path / "t.csv.gz")


def test_windows_are_cut_inside_recordings(files, tmp_path):
    opened = read(files / "long.csv", window=4)
    assert opened.reading.sequence == "recording"
    assert opened.data.X.lengths.tolist() == [4, 4, 2] * 20
    content = (files / "long.csv").read_text(encoding="utf-8").replace("recording", "subject")
    with pytest.raises(InputError, match=r"step orders the steps, but begins again.*--sequence"):
        read(tmp_path / "t.csv", content)


def test_windows_are_cut_inside_groups(files, tmp_path):
    content = (files / "long.csv").read_text(encoding="utf-8").replace("recording", "patient")
    opened = read(tmp_path / "t.csv", content, window=4, group="patient")
    assert "--sequence patient" in opened.guessed
    assert opened.data.X.lengths.tolist() == [4, 4, 2] * 20
    assert opened.data.groups.tolist() == [
        name for name in dict.fromkeys(opened.data.groups) for _ in range(3)
    ]


def test_an_order_of_levels_that_was_guessed_is_told(tmp_path):
    content = "text,label\n" + "so cold,low\nmild day,mid\nso hot,high\n" * 4
    assert "--levels high,low,mid" in read(tmp_path / "t.csv", content, is_ordinal=True).guessed


def test_texts_may_be_numbers(tmp_path):
    reading = read(tmp_path / "t.csv", COMPLAINTS).reading
    (tmp_path / "t.csv").write_text("text\n42\n", encoding="utf-8")
    assert open_unlabelled(str(tmp_path / "t.csv"), reading).X == ["42"]


def test_lists_of_words_are_not_read_from_texts(files, tmp_path):
    reading = read(files / "names.conll").reading
    (tmp_path / "t.csv").write_text("tokens\nAda left\n", encoding="utf-8")
    with pytest.raises(InputError, match="row 1: 'Ada left' is not a list of words such as"):
        open_unlabelled(str(tmp_path / "t.csv"), reading)


def test_between_tabs_a_hash_begins_a_comment(files, tmp_path):
    content = (files / "names.conll").read_text(encoding="utf-8")
    opened = read(tmp_path / "t.conll", "# text = Ada left\n" + content + "\n#\tO\n")
    assert opened.data.X[:-1] == read(files / "names.conll").data.X
    assert opened.data.X[-1] == ["#"]


def test_a_file_in_another_encoding_is_told(tmp_path):
    for encoding in ("latin1", "utf-16"):
        (tmp_path / "t.csv").write_bytes("text,label\ncafé,x\n".encode(encoding))
        with pytest.raises(InputError, match=f"not UTF-8 .* iconv -f {encoding}"):
            read(tmp_path / "t.csv")


def test_a_name_that_tells_nothing_needs_a_format(tmp_path):
    (tmp_path / "data").write_text("text,label\n", encoding="utf-8")
    with pytest.raises(InputError, match="say it with --format"):
        read(tmp_path / "data")


def test_other_files_are_read_as_the_first_was_without_labels(files, tmp_path):
    reading = read(files / "long.csv").reading
    (tmp_path / "new.csv").write_text("b,a,step,recording\n2,1,1,x\n4,3,0,x\n", encoding="utf-8")
    data = open_unlabelled(str(tmp_path / "new.csv"), reading)
    assert data.X.tolist() == [[[3.0, 4.0], [1.0, 2.0]]]
    assert data.names == ["x"]
    assert data.y is None


def test_words_of_conllu_have_one_of_two_tags_and_a_document(tmp_path):
    lines = [
        "# newdoc",
        "1-2 don't _ _ _ _ _ _ _ _",
        "1 do do AUX VBP _ _ _ _ _",
        "2 n't not PART RB _ _ _ _ _",
        "",
        "# newdoc",
        "1 go go VERB VB _ _ _ _ _",
        "",
    ]
    content = "\n".join(lines).replace(" ", "\t").replace("#\t", "# ")
    opened = read(tmp_path / "t.conllu", content)
    assert opened.guessed == ("--text tokens --label upos --row-is sequence --background none")
    assert opened.data.X == [["do", "n't"], ["go"]]
    assert opened.data.y == [["AUX", "PART"], ["VERB"]]
    other = read(tmp_path / "t.conllu", label="xpos", group="document")
    assert other.data.y == [["VBP", "RB"], ["VB"]]
    assert other.data.groups.tolist() == [0, 1]
    unlabelled = open_unlabelled(str(tmp_path / "t.conllu"), opened.reading)
    assert unlabelled.X == opened.data.X
