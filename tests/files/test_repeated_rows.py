from dedupe.files import Repeat, read_articles, read_items
from dedupe.models import Article


def test_an_id_that_stands_for_another_text_is_refused_with_the_place_of_the_first(write):
    first = write("a.jsonl", '{"id": "x", "text": "one"}\n')
    second = write("b.jsonl", '\n{"id": "x", "text": "two"}\n')

    fault = list(read_articles([first, second]))[1]

    assert (fault.source, fault.line, fault.field) == (second, 2, "id")
    assert f"{first}:1" in fault.rule


def test_a_row_that_says_the_same_again_is_counted_and_left_out(write):
    path = write("a.jsonl", '{"id": "x", "text": "one"}\n{"id": "x", "text": "one", "url": "u"}\n')

    assert [item.id for item in read_articles([path])] == ["x"]
    assert list(read_items([path]))[1] == Repeat(path, 2, "x")


def test_a_row_without_an_id_that_differs_in_white_space_says_the_same_again(write):
    path = write("a.jsonl", '{"text": "one  two"}\n{"text": "one two"}\n')

    assert [type(item) for item in read_items([path])] == [Article, Repeat]
