import asyncio
import socket
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import orjson
import pytest
from fastapi import FastAPI, Response
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import dedupe
from dedupe.client import AsyncClient, Client, calls, steps
from dedupe.environment import Settings
from dedupe.errors import (
    InvalidArticle,
    JobConflict,
    QueueFull,
    ServiceError,
    ServiceUnavailable,
    StoryExpired,
    UnknownId,
)
from dedupe.local.seeds import SEED_STORIES, read_seeds
from dedupe.models import Article, ArticleId, ArticleStatus, DuplicateKind, JobState
from dedupe.store.keys import Shard
from dedupe.stories.explained import explanation_as_dict
from dedupe.story_query import StoryQuery, StorySort
from tests.serving import Bell, expire, make_site_app, merge, served, split

pytest_plugins = ["tests.serving_fixtures"]


TEXT = "The council met on Monday and agreed on nothing at all, as it had done the week before."
SEED_IDS = [seed.id for seed in read_seeds()]


@contextmanager
def in_background(work, *arguments):
    """Have the work begin in a moment; the block ends after it."""
    thread = threading.Timer(0.1, work, arguments)
    thread.start()
    yield
    thread.join()


def test_articles_go_through_the_service_and_come_back_as_they_were(client, site):
    site.bell.works = True
    article = Article(
        ArticleId("a/b ü"),
        TEXT,
        title="A title",
        published_at=datetime(2021, 5, 18, 9, 30, tzinfo=UTC),
        source="a source",
        url="https://example.org/1",
        lang="en",
        extra={"mood": {"calm": [1, None, 2.5]}, "headline": ["kept"]},
    )

    submission = client.submit([article])
    view = client.article(article.id)

    assert [(s.article_id, s.created) for s in submission] == [(article.id, True)]
    assert view.article == article
    assert view == site.service.article(article.id)


def test_what_the_client_reads_is_what_the_service_says(client, site):
    site.bell.works = True
    client.submit([*read_seeds(), Article(ArticleId("copy"), read_seeds()[0].text)])
    job = client.recluster()

    assert client.wait([*SEED_IDS, "copy"]) == site.service.articles([*SEED_IDS, "copy"])
    assert client.article("copy").verdict.kind is DuplicateKind.EXACT
    assert client.stories() == list(site.service.stories(limit=100).stories)
    assert client.story(client.stories()[0].story.id) == client.stories()[0]
    assert client.job(job.id) == job == site.service.job(job.id)
    assert client.health() == site.service.health()
    assert client.version() == dedupe.__version__


def test_the_seeds_become_three_stories(client, site):
    site.bell.works = True
    client.submit(read_seeds())
    job = client.recluster()

    stories = {frozenset(m.article_id for m in view.story.members) for view in client.stories()}

    assert (job.state, job.diff.n_stories) == (JobState.SUCCEEDED, 3)
    assert stories == SEED_STORIES


def test_a_dry_run_changes_nothing(client, site):
    site.bell.works = True
    client.submit(read_seeds())
    before = client.stories()

    job = client.recluster(dry_run=True)

    assert job.dry_run
    assert job.diff is not None
    assert client.stories() == before


def test_stories_are_read_to_the_last_page(client, site):
    articles = [Article(ArticleId(str(n)), " ".join([f"word{n}x{i}" for i in range(30)])) for n in range(230)]
    client.submit(articles)
    site.service.drain(Shard(0))

    assert len(client.stories()) == 230
    assert client.stories(datetime(2100, 1, 1, tzinfo=UTC)) == []


def test_a_story_that_moves_between_two_pages_comes_once(site):
    site.bell.works = True
    site.service.submit(read_seeds())
    site.service.start_recluster()
    rows = httpx.get(f"{site.url}/v1/stories", trust_env=False).json()["stories"]

    todo = steps.stories(StoryQuery())
    first = next(todo)
    second = todo.send({"stories": rows[:2], "next_cursor": "more"})
    with pytest.raises(StopIteration) as end:
        todo.send({"stories": rows[1:], "next_cursor": None})

    assert ("cursor" in first.params, second.params["cursor"]) == (False, "more")
    assert [view.story.id for view in end.value.value] == [row["id"] for row in rows]


def test_histories_related_stories_and_topics_are_what_the_service_says(client, site):
    site.bell.works = True
    client.submit(read_seeds())
    client.recluster()
    view = client.stories(sort=StorySort.ARTICLES)[0]

    assert client.history(view.story.id) == list(site.service.history(view.story.id)) != []
    assert client.related(view.story.id) == site.service.related(view.story.id) != []
    assert client.topic(view.story.topic) == site.service.topic(view.story.topic)
    assert {v.story.id for v in client.topic(view.story.topic)} == {v.story.id for v in client.stories()}


@pytest.mark.parametrize("pair", [(0, 1), (0, 2), (0, 5), (3, 3)])
def test_reasons_are_what_the_service_says(client, site, pair):
    site.bell.works = True
    client.submit([*read_seeds(), Article(ArticleId("copy"), read_seeds()[0].text + " More was not said.")])
    client.recluster()
    a, b = ([*SEED_IDS, "copy"][place] for place in pair)
    b = site.service.article(b).assignment.story_id if a == b else b

    said, meant = (explanation_as_dict(who.explain(a, b)) for who in (client, site.service))

    assert said.pop("margin") == pytest.approx(meant.pop("margin"), abs=2e-6)
    assert said == meant


def test_filters_are_passed_on(client, site):
    site.bell.works = True
    day, next_day = datetime(2021, 5, 18, tzinfo=UTC), datetime(2021, 5, 19, tzinfo=UTC)
    client.submit([Article(ArticleId("a"), TEXT, source="post", lang="en", published_at=day)])
    passing = [{"q": "council"}, {"source": "post"}, {"lang": "en"}, {"published_from": day}, {"published_to": day}]
    stopping = [{"q": "xyz"}, {"source": "x"}, {"lang": "x"}, {"published_from": next_day}]
    stopping += [{"min_articles": 2}, {"min_sources": 2}]

    assert [len(client.stories(**filters)) for filters in passing] == [1] * 5
    assert [len(client.stories(**filters)) for filters in stopping] == [0] * 6


def test_an_id_of_a_story_that_ended_leads_on(client, site, redis):
    site.bell.works = True
    client.submit([Article(ArticleId("a"), TEXT)])
    (story,) = client.stories()
    merge(redis, site, "merged", story.story.id)
    split(redis, site, "parted", story.story.id)
    expire(redis, site, "expired")

    assert client.story("merged") == story
    assert client.related("merged") == client.related("parted") == []
    assert (client.story("parted").children, client.story("parted").story.members) == ((story.story.id,), ())
    with pytest.raises(StoryExpired):
        client.story("expired")
    with pytest.raises(UnknownId):
        client.story("never")


def test_waiting_ends_when_each_article_is_assigned_or_failed(client, site):
    client.submit(read_seeds())
    site.service._ledger.bury(SEED_IDS[2], "it cannot be read")
    with in_background(site.service.drain, Shard(0)):
        views = client.wait([*reversed(SEED_IDS), SEED_IDS[0]], timeout_seconds=30)

    assert [view.article.id for view in views] == [*reversed(SEED_IDS), SEED_IDS[0]]
    assert views[2].status is ArticleStatus.FAILED
    assert {view.status for view in views if view is not views[2]} == {ArticleStatus.ASSIGNED}


def test_waiting_for_too_long_says_how_many_are_left(client, site):
    client.submit(read_seeds())
    site.service._ledger.bury(SEED_IDS[2], "it cannot be read")

    with pytest.raises(TimeoutError, match="4 articles"):
        client.wait([*SEED_IDS, *SEED_IDS], timeout_seconds=0.2)


def test_waiting_for_nothing_is_over_at_once(client):
    assert client.wait([]) == []


def test_many_articles_go_in_several_batches_and_answers_keep_their_order(client):
    articles = [Article(ArticleId(str(n)), f"text number {n}") for n in range(450)]

    answers = client.submit(iter(articles))

    assert [a.article_id for a in answers] == [a.id for a in articles]
    assert all(a.created and a.status is ArticleStatus.QUEUED for a in answers)


def test_large_articles_go_in_requests_of_bounded_size():
    articles = [Article(ArticleId(str(n)), "x" * 900_000) for n in range(20)]

    todo = steps.submit(articles)
    call, sizes = next(todo), []
    answers = None
    while answers is None:
        n_lines = call.body.count(b"\n") + 1
        sizes.append(len(call.body))
        try:
            call = todo.send({"results": [{"status": "queued", "created": True, "problem": None}] * n_lines})
        except StopIteration as end:
            answers = end.value

    assert len(sizes) == 3
    assert max(sizes) <= steps.BATCH_BYTES + 100
    assert [answer.article_id for answer in answers] == [article.id for article in articles]


def test_one_article_that_is_refused_spoils_no_other(client):
    client.submit([Article(ArticleId("taken"), "a text")])
    articles = [
        Article(ArticleId("good"), "a text"),
        Article(ArticleId("taken"), "another text"),
        Article(ArticleId("lone"), "\ud800"),
        Article(ArticleId("empty"), ""),
        Article(ArticleId("fine"), "a text"),
    ]

    answers = client.submit(articles)

    assert [a.created for a in answers] == [True, False, False, False, True]
    assert [a.status for a in answers if a.problem] == [None] * 3
    assert "another text" in answers[1].problem
    assert "Unicode" in answers[2].problem
    assert "must be given, or else a title" in answers[3].problem


def test_dead_letters_are_read_and_put_back(client, site):
    client.submit(read_seeds())
    site.service._ledger.bury(SEED_IDS[1], "it cannot be read")

    assert [(v.article.id, v.failure) for v in client.dead_letters()] == [(SEED_IDS[1], "it cannot be read")]
    assert client.requeue_dead_letters() == [SEED_IDS[1]]
    assert client.dead_letters() == []


@pytest.mark.parametrize("read", [Client.article, Client.story, Client.job])
def test_an_unknown_id_is_an_unknown_id(client, read):
    with pytest.raises(UnknownId) as raised:
        read(client, "no/body")

    assert raised.value.id == "no/body"


def test_a_second_job_is_a_conflict_that_names_the_first(client):
    first = client.recluster(wait=False)

    with pytest.raises(JobConflict) as raised:
        client.recluster(wait=False)

    assert raised.value.job_id == first.id
    assert client.cancel_job(first.id).state is JobState.CANCELLED


def test_a_job_that_takes_too_long_is_a_timeout(client):
    with pytest.raises(TimeoutError, match="queued"):
        client.recluster(timeout_seconds=0.1)


def test_other_problems_keep_their_words(site):
    with Client(site.url) as client, pytest.raises(ServiceError) as raised:
        client._run(steps.one(calls.Call("GET", "/v1/stories", {"limit": "0"}), dict))

    assert raised.value.status == 422
    assert "limit" in raised.value.detail


def test_a_key_is_sent_where_there_is_one(make_site):
    url = make_site(api_key="a key of many letters").url

    with Client(url, api_key="a key of many letters") as client:
        assert client.stories() == []
    with Client(url) as client, pytest.raises(ServiceError) as raised:
        client.stories()
    assert raised.value.status == 401


def test_a_full_queue_is_tried_again_until_there_is_room(make_site):
    site = make_site(max_pending=5)
    with Client(site.url) as client:
        client.submit(read_seeds())

        with in_background(site.service.drain, Shard(0)):
            answers = client.submit([Article(ArticleId("late"), TEXT)])

    assert [a.created for a in answers] == [True]


def test_the_client_comes_back_when_the_service_asks_it_to():
    app, asked = FastAPI(), []

    @app.get("/healthz")
    def answer():
        asked.append(time.monotonic())
        return Response("{}", 503, {"Retry-After": "1"}) if len(asked) == 1 else {"version": "1"}

    with served(app) as url, Client(url) as client:
        client.version()

    assert 1.0 <= asked[1] - asked[0] < 10.0


def test_a_queue_that_stays_full_is_an_error_with_its_depth(make_site):
    with Client(make_site(max_pending=2).url, patience_seconds=0.2) as client, pytest.raises(QueueFull) as raised:
        client.submit(read_seeds())

    assert raised.value.limit == 2


def test_a_service_that_does_not_answer_is_named():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"

        with Client(url, patience_seconds=0.2) as client, pytest.raises(ServiceUnavailable) as raised:
            client.health()

    assert raised.value.url == url


def test_a_store_that_does_not_answer_is_a_503(tmp_path):
    nowhere = Redis(unix_socket_path=str(tmp_path / "nowhere.sock"), retry=Retry(NoBackoff(), 0))
    app = make_site_app(nowhere, Bell(), Settings())

    with served(app) as url, Client(url, patience_seconds=0.2) as client, pytest.raises(ServiceError) as raised:
        client.health()

    assert raised.value.status == 503


@pytest.fixture
def faltering(site):
    """The service behind a door that breaks the first answers off; counts what passes."""
    passed = []

    async def door(scope, receive, send):
        if scope["type"] == "http" and len(passed) < 2:
            passed.append(scope["path"])
            if len(passed) == 2:
                await site.app(scope, receive, swallow)
            await Response("gone", status_code=502)(scope, receive, send)
            return
        if scope["type"] == "http":
            passed.append(scope["path"])
        await site.app(scope, receive, send)

    async def swallow(message):
        pass

    with served(door) as url:
        yield url, passed


def test_a_batch_whose_answer_was_lost_is_sent_again_and_changes_nothing(faltering, site):
    url, passed = faltering
    with Client(url) as client:
        answers = client.submit(read_seeds())

    assert len(passed) == 3
    assert [a.article_id for a in answers] == SEED_IDS
    assert {a.status for a in answers} == {ArticleStatus.QUEUED}
    assert site.service.health().accepted == 5


def test_a_job_whose_answer_was_lost_is_asked_for_again_and_is_the_same(faltering, site):
    url, passed = faltering
    with Client(url) as client:
        job = client.recluster(wait=False)

    assert len(passed) > 1
    assert site.service.job(job.id).state is JobState.QUEUED


def test_two_starts_are_two_requests(client):
    first = client.recluster(wait=False)

    with pytest.raises(JobConflict, match=first.id):
        client.recluster(wait=False)


def test_a_request_that_is_being_served_is_waited_for():
    problem = {"type": "/docs#request-under-way", "title": "t", "status": 409, "detail": "d"}

    with pytest.raises(calls.TryAgain) as again:
        calls.read_answer(409, {"retry-after": "2"}, orjson.dumps(problem))

    assert again.value.after_seconds == 2


def test_an_answer_of_something_else_is_not_taken_for_the_services(stage):
    app = FastAPI()
    app.get("/readyz")(lambda: Response("<html>", media_type="text/html"))

    with served(app) as url, Client(url) as client, pytest.raises(ServiceError, match="not an answer of this service"):
        client.health()


@pytest.mark.parametrize("url", ["", "127.0.0.1:8080", "ftp://example.org", "http://"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ValueError, match="http"):
        Client(url)


@pytest.mark.parametrize("article_id", ["a/b", "..", ".", "a%2Fb", "a?b", "ü", "a b", "x/assignment"])
def test_any_id_is_one_segment_of_the_path_that_is_sent(article_id):
    path = httpx.URL("http://example.org").join(calls.read_article(ArticleId(article_id)).path).raw_path

    assert path.startswith(b"/v1/articles/")
    assert path.count(b"/") == 3


def test_any_id_finds_its_article(client):
    ids = ["a/b", "..", ".", "a%2Fb", "a?b", "ü", "a b", "x/assignment", "..."]
    client.submit([Article(ArticleId(i), f"text of {i}") for i in ids])

    assert [client.article(i).article.id for i in ids] == ids


def test_an_id_longer_than_allowed_never_becomes_an_article():
    with pytest.raises(InvalidArticle):
        Article(ArticleId("x" * 201), TEXT)


def test_the_asynchronous_client_does_the_same(client, site):
    site.bell.works = True

    async def work():
        async with AsyncClient(site.url) as other:
            submissions = await other.submit(read_seeds())
            views = await other.wait(SEED_IDS)
            job = await other.recluster()
            return submissions, views, job, await other.stories(), await other.health()

    submissions, views, job, stories, health = asyncio.run(work())

    assert [s.created for s in submissions] == [True] * 5
    assert [v.article.id for v in views] == SEED_IDS
    assert (job, stories, health) == (client.job(job.id), client.stories(), client.health())


def test_both_clients_have_the_same_methods():
    def methods(client_class):
        return {name for name in vars(client_class) if not name.startswith("_")}

    assert methods(Client) == methods(AsyncClient)


def test_constraints_in_the_same_words_in_both_manners(client, site):
    async def in_the_other_manner():
        async with AsyncClient(site.url) as other:
            added = await other.add_constraints(cannot_link=[("c", "d")], note="why")
            replaced = await other.replace_constraints([("b", "a")])
            removed = await other.remove_constraint(replaced.links[0].id)
            return added, replaced, removed, await other.constraints()

    first = client.add_constraints([("b", "a")], by="jo")
    added, replaced, removed, left = asyncio.run(in_the_other_manner())

    assert [(link.kind, link.a, link.b, link.by) for link in first.links] == [("must_link", "a", "b", "jo")]
    assert first.unknown == ("a", "b")
    assert [(link.kind, link.a, link.b, link.note) for link in added.links] == [("cannot_link", "c", "d", "why")]
    assert replaced.links == removed.links == first.links
    assert (left.links, left.version) == ((), 4)
    with pytest.raises(ServiceError, match="cannot be linked, but must be"):
        client.add_constraints([("a", "b")], [("a", "b")])
    with pytest.raises(UnknownId, match="no constraint"):
        client.remove_constraint("none")
