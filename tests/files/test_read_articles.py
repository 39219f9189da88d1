import gzip
import json
import os
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedupe.errors import BadInput
from dedupe.files import Limits, read_articles, read_items
from dedupe.models import Article


def read(*paths, **limits):
    return list(read_articles(paths, limits=Limits(**limits)))


def only_fault(items):
    (fault,) = [item for item in items if isinstance(item, BadInput)]
    return fault


def ids(items):
    return [item.id for item in items if isinstance(item, Article)]


# The first text hypothesis draws builds its tables of Unicode; on a busy machine that is seconds.
PATIENT = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])

ROWS = [{"id": "1", "title": "Ein Titel", "text": "Größe 😀"}, {"id": "2", "title": "b", "text": "line\ntwo"}]
JSON_LINES = "".join(json.dumps(row) + "\n" for row in ROWS)
AS_FILES = {
    "a.jsonl": JSON_LINES,
    "a.ndjson": JSON_LINES,
    "a.json": json.dumps(ROWS, indent=1),
    "a.csv": 'id,title,text\n1,Ein Titel,Größe 😀\n2,b,"line\ntwo"\n',
    "a.tsv": 'id\ttitle\ttext\n1\tEin Titel\tGröße 😀\n2\tb\t"line\ntwo"\n',
}


@pytest.mark.parametrize("name", AS_FILES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_format_gives_the_same_articles_in_any_encoding_and_zipped(write, name, encoding, packed):
    content = AS_FILES[name].encode(encoding)

    path = write(name + ".gz", gzip.compress(content)) if packed else write(name, content)

    assert read(path) == [Article(**row) for row in ROWS]


def test_a_text_file_is_an_article_and_its_stem_the_id(write):
    plain = write("a.b.txt", "Título\n\nTexto")
    packed = write("c.TXT.gz", gzip.compress(b"text"))

    assert read(plain, packed) == [Article("a.b", "Título\n\nTexto"), Article("c", "text")]


def test_one_object_in_a_json_file_is_an_article(write):
    assert ids(read(write("one.json", '{"id": "1", "text": "a"}'))) == ["1"]


@pytest.mark.parametrize(
    "wrap", ['{"status": "ok", "articles": %s}', '{"articles": {"results": %s}}', '{"stories": %s}']
)
def test_the_answer_of_an_api_stands_for_the_articles_in_it(write, wrap):
    items = read(write("answer.json", wrap % '[{"id": "1", "body": "a"}, {"id": "2"}]'))

    assert ids(items) == ["1"]
    assert str(items[1]).endswith("answer.json, item 2: field 'text': must be given, or else a title")


def test_an_article_with_a_list_of_related_ones_is_one_article(write):
    assert ids(read(write("one.json", '{"id": "1", "text": "a", "articles": [{"text": "b"}]}'))) == ["1"]


def test_a_folder_is_its_files_by_name_without_labels_notes_and_hidden_files(write, tmp_path):
    for name in ("b.txt", "a.txt", ".hidden.txt", "README.md", "gold.jsonl"):
        write(name, "text of " + name)
    (tmp_path / "below").mkdir()
    write("below/c.txt", "below")

    assert ids(read(str(tmp_path))) == ["a", "b"]


def test_the_seeds_are_five_articles_as_given(seeds):
    articles = read(str(seeds))

    assert [article.text for article in articles] == [
        path.read_text(encoding="utf-8") for path in sorted(seeds.glob("*.txt"))
    ]
    assert len(articles) == 5


def test_an_empty_folder_and_an_unknown_extension_are_refused_at_once(write, tmp_path):
    with pytest.raises(BadInput, match="no files to read"):
        read_articles([str(tmp_path)])
    with pytest.raises(BadInput, match="unknown kind of file"):
        read_articles([write("a.docx", "")])


def test_standard_input_can_be_named_once():
    with pytest.raises(BadInput, match="only once"):
        read_articles(["-", "-"])


def test_a_pipe_is_json_lines(tmp_path):
    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_text(JSON_LINES))
    writer.start()

    assert ids(read(pipe)) == ["1", "2"]
    writer.join()


@pytest.mark.parametrize(
    ("line", "field", "rule"),
    [
        (b'{"id": "x", "text": ', None, "must be valid JSON: Expecting value at column 20"),
        (b"[1, 2]", None, "must be a JSON object, got an array"),
        (b"null", None, "must be a JSON object, got null"),
        (b'{"text": "caf\xe9"}', None, "must be UTF-8, got the byte 0xe9 at offset 13 of the line"),
        (b'{"text": "x", "k": NaN}', None, "NaN is not JSON"),
        (b'{"text": "x", "k": ' + b"[" * 99_999 + b"]" * 99_999 + b"}", None, "nested too deeply"),
        (b'{"text": "x", "k": ' + b"[" * 300 + b"]" * 300 + b"}", "k", "nested less than 250 deep"),
        (b'{"text": "a\\u0000b"}', "text", "must not hold NUL characters"),
        (b'{"title": "a\\ud800b"}', "title", "must not hold lone surrogates, got \\ud800 at character 2"),
        (b'{"text": "x", "k": "\\udfff"}', "k", "no lone surrogates"),
        (b'{"id": "x"}', "text", "must be given, or else a title"),
        (b'{"title": "", "text": " \\n"}', "text", "must be given, or else a title"),
        (b'{"text": 5}', "text", "must be a string, got a number"),
        (b'{"text": "x", "url": {"a": 1}}', "url", "must be a string, got an object"),
        (b'{"text": "x", "id": 1.5}', "id", "must be a string or an integer, got a number"),
        (b'{"text": "x", "id": true}', "id", "must be a string or an integer, got a boolean"),
        (b'{"text": "x", "id": ""}', "id", "must not be blank"),
        (b'{"text": "x", "id": "a\\tb"}', "id", "must not hold control characters"),
        (b'{"text": "x", "id": "' + b"i" * 201 + b'"}', "id", "must have 1 to 200 characters"),
        (b'{"text": "x", "published_at": "yesterday"}', "published_at", "must be an RFC 3339 time"),
        (b'{"text": "x", "pubDate": 1621296000}', "pubDate", "or a date, got a number"),
        (b'{"text": "' + b"x" * 101 + b'"}', "text", "must not exceed 100 characters"),
        (b" " * 300_000, None, "must not exceed 250000 bytes"),
    ],
)
def test_a_bad_line_is_named_with_its_field_and_rule_and_the_rest_is_read(write, line, field, rule):
    path = write("a.jsonl", b'{"id": "before", "text": "x"}\n\n' + line + b'\n{"id": "after", "text": "y"}')

    items = read(path, max_article_chars=100, max_line_bytes=250_000)

    fault = only_fault(items)
    assert ids(items) == ["before", "after"]
    assert (fault.source, fault.line, fault.field) == (path, 3, field)
    assert rule in fault.rule


@pytest.mark.parametrize(
    ("records", "line", "rule"),
    [
        ("2,b\n", 4, "must have as many fields as the header: 3, got 2"),
        ("2,b,c,d\n", 4, "must have as many fields as the header: 3, got 4"),
        ('2,"b"x,c\n', 4, "must be valid CSV"),
        ("2,b,caf\udce9\n", 4, "must be UTF-8, got the byte 0xe9 at character 4"),
        ("2,,\n", 4, "must be given, or else a title"),
        ("2,b," + "x" * 300_000 + "\n", 4, "must not exceed 250000 bytes"),
    ],
)
def test_a_bad_record_of_a_table_is_named_by_the_line_it_begins_on(write, records, line, rule):
    table = 'id,title,text\n1,a,"two\nlines"\n' + records + "3,c,d\n"

    items = read(write("a.csv", table.encode("utf-8", "surrogateescape")), max_line_bytes=250_000)

    fault = only_fault(items)
    assert ids(items) == ["1", "3"]
    assert fault.line == line
    assert rule in fault.rule


def test_a_quote_that_is_never_closed_is_an_error_and_not_an_article(write):
    items = read(write("a.csv", 'id,text\n1,a\n2,"never closed\n3,c\n'))

    assert ids(items) == ["1"]
    assert only_fault(items).line == 3


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ("1,hello,world\n2,a,b\n", "must name a 'title' or 'text' column"),
        ("id,text,text\n1,a,b\n", "must not name a column twice"),
    ],
)
def test_nothing_is_read_under_a_header_that_names_no_articles(write, table, rule):
    (fault,) = read(write("a.csv", table))

    assert fault.line == 1
    assert rule in fault.rule


def test_a_field_longer_than_the_csv_module_allows_by_itself_is_read(write):
    assert ids(read(write("a.csv", "id,text\n1," + "x" * 200_000 + "\n"))) == ["1"]


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("a.txt", b" \n", "must not be empty"),
        ("a.txt", b"caf\xe9", "the byte 0xe9 at offset 3 of the file"),
        ("a.txt", b"x" * 401, "must not exceed 100 characters"),
        ("a.txt", b"x" * 101, "must not exceed 100 characters"),
        ("a.txt", b"a\0b", "must not hold NUL characters"),
        ("a.json", b"", "must be valid JSON"),
        ("a.json", b'{"text": "a"}\n{"text": "b"}', "then name it .jsonl"),
        ("a.csv", b"", "must begin with a header"),
        ("a.jsonl", b"\xff\xfea\0\0", "must be UTF-16, as it begins"),
        ("a.jsonl.gz", gzip.compress(os.urandom(5_000))[:2_000], "is damaged gzip"),
        ("a.jsonl.gz", b"\x1f\x8bnot really", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_error_that_names_it(write, name, content, rule):
    path = write(name, content)

    (fault,) = read(path, max_article_chars=100)

    assert fault.source == path
    assert rule in fault.rule


def test_a_missing_file_is_an_error_in_its_place(write):
    before, after = write("a.txt", "a"), write("b.txt", "b")

    items = read(before, "missing.jsonl", after)

    assert ids(items) == ["a", "b"]
    assert "No such file" in items[1].rule


def test_an_empty_file_of_json_lines_holds_no_articles(write):
    assert read(write("a.jsonl", "")) == []


@pytest.mark.parametrize("broken", ["[{}x]", '[{"text": "a"} {"text": "b"}]', '[{"text": "a"},]', '[{"text": "a"}'])
def test_a_broken_array_is_reported(write, broken):
    assert any("must be valid JSON" in str(item) for item in read(write("a.json", broken)))


def test_objects_of_an_array_are_named_by_the_line_they_begin_on(write):
    items = read(write("a.json", '[\n {"id": "1", "text": "a"},\n {"id":\n "2"},\n 5\n]\n'))

    assert [(item.line, item.rule) for item in items[1:]] == [
        (3, "must be given, or else a title"),
        (5, "must be a JSON object, got a number"),
    ]


def test_parquet_without_pyarrow_names_the_extra(write):
    pytest.importorskip("dedupe.files.parquet")
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        (fault,) = read(write("a.parquet", "PAR1"))
        assert "pip install pyarrow" in fault.rule


@PATIENT
@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.text() | st.integers() | st.none())))
def test_every_line_of_json_is_an_article_a_fault_or_a_repeat(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("rows") / "a.jsonl"
    path.write_text("".join(json.dumps({"text": row.pop("a", None), **row}) + "\n" for row in rows))

    assert len(list(read_items([str(path)]))) == len(rows)


@PATIENT
@given(st.binary(max_size=200), st.sampled_from(["jsonl", "json", "csv", "tsv", "txt", "jsonl.gz"]))
def test_no_bytes_end_in_anything_but_articles_and_bad_input(tmp_path_factory, data, extension):
    path = tmp_path_factory.mktemp("bytes") / f"a.{extension}"
    path.write_bytes(data)

    assert all(isinstance(item, Article | BadInput) for item in read_articles([str(path)]))
