import io

from dedupe.local.console import Console, console_on, prefixed


def test_a_line_carries_the_name_of_its_process():
    assert prefixed("api", "hello", coloured=False) == "api       | hello"
    assert prefixed("scheduler", "hello", coloured=False) == "scheduler | hello"


def test_a_colour_surrounds_the_name_alone():
    assert prefixed("api", "hello", coloured=True) == "\x1b[36mapi       |\x1b[0m hello"


def test_no_colour_goes_anywhere_but_to_a_terminal():
    assert not console_on(io.StringIO()).coloured


def test_a_reader_that_went_away_is_no_error():
    stream = io.StringIO()
    stream.close()

    Console(stream, coloured=False).show("api", "hello")

    assert stream.closed
