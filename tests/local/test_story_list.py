import io

from rich.console import Console

from dedupe.local.story_list import first_line, story_list
from dedupe.models import Article, ArticleId, Member, Story, StoryId


def story(label: str, *ids: str, keywords: tuple[str, ...] = ()) -> Story:
    members = tuple(Member(ArticleId(id_), None, 1.0) for id_ in ids)
    return Story(StoryId(label), "topic", label, keywords, ArticleId(ids[0]), members)


def printed(stories: list[Story], articles: list[Article]) -> list[str]:
    console = Console(file=io.StringIO(), width=40)
    console.print(story_list(stories, articles))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_a_story_shows_its_label_its_members_in_their_words_and_why():
    articles = [Article(ArticleId("a"), "\nFirst words of a.\nMore."), Article(ArticleId("b"), "x", title="Title of b")]

    lines = printed([story("The [label]", "b", "a", keywords=("one", "two"))], articles)

    assert lines == ["", "Story 1: The [label]", "  a  First words of a.", "  b  Title of b", "  why  one, two"]


def test_stories_come_in_the_order_of_their_first_article():
    lines = printed([story("late", "c"), story("early", "d", "a")], [])

    assert [line for line in lines if line.startswith("Story")] == ["Story 1: early", "Story 2: late"]


def test_a_long_beginning_is_cut_to_the_terminal():
    lines = printed([story("label", "a")], [Article(ArticleId("a"), "word " * 40)])

    assert max(map(len, lines)) <= 40
    assert any(line.endswith("…") for line in lines)


def test_the_first_line_with_words_is_taken():
    assert first_line("\n  \n  here \nthere") == "here"
    assert first_line("") == ""
