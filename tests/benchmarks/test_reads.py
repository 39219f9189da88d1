import json
from pathlib import Path
from random import Random

from reads import main, planned_stories

SEEDS = Path(__file__).parents[2] / "seeds"


def test_planned_stories_hold_every_article_once_and_name_another_story_as_their_rival():
    stories = planned_stories(500, Random(1))
    members = [member for story in stories for member in story.members]

    assert [member.article_id for member in members] == [f"a{at}" for at in range(500)]
    assert all(member.rival != story.id for story in stories for member in story.members)
    assert len({story.topic for story in stories}) < len(stories)


def test_every_read_is_answered_and_told(tmp_path, capsys):
    rows = [{"id": path.stem, "text": path.read_text(), "story": "s"} for path in SEEDS.glob("*.txt")]
    (tmp_path / "seeds.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    code = main(["--data", str(tmp_path), "--articles", "60", "--asked", "6", "--json", str(tmp_path / "out.json")])

    reads = json.loads((tmp_path / "out.json").read_text())["reads"]
    assert code == 0
    assert {"GET /v1/stories", "GET /v1/articles/{id}", "GET /v1/explain, all"} <= {row["name"] for row in reads}
    assert all(row["p50_ms"] <= row["p95_ms"] <= row["p99_ms"] for row in reads)
    assert capsys.readouterr().out.count("\n") == len(reads) + 1
