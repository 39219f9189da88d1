"""Stories as a terminal shows them: label, members in their own first words, and what sets each apart."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dedupe.models import Article, ArticleId, Story


def story_list(stories: Sequence[Story], articles: Sequence[Article]) -> RenderableType:
    """Each story with its label, its members in their own first words, and what sets it apart."""
    text_by_id = {article.id: article.title or article.text for article in articles}
    ordered = sorted(stories, key=lambda story: min(member.article_id for member in story.members))
    return Group(*(_story_lines(n, story, text_by_id) for n, story in enumerate(ordered, start=1)))


def _story_lines(number: int, story: Story, text_by_id: Mapping[ArticleId, str]) -> RenderableType:
    members = Table.grid(padding=(0, 2), expand=True)
    members.add_column(no_wrap=True, style="cyan", min_width=max(len(m.article_id) for m in story.members))
    members.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for member in sorted(story.members, key=lambda member: member.article_id):
        members.add_row(Text(member.article_id), Text(first_line(text_by_id.get(member.article_id, ""))))
    heading = Text.assemble((f"Story {number}: ", "bold"), (story.label, "bold"))
    why = Text.assemble(("why  ", "dim"), ", ".join(story.keywords))
    return Padding(Group(heading, Padding(members, (0, 0, 0, 2)), Padding(why, (0, 0, 0, 2))), (1, 0, 0, 0))


def first_line(text: str) -> str:
    """First line that holds anything."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
