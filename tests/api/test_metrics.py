from prometheus_client.parser import text_string_to_metric_families

from dedupe.local.seeds import read_seeds

pytest_plugins = ["tests.serving_fixtures"]


def measured(http):
    answer = http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        sample.name: sample.value for family in text_string_to_metric_families(answer.text) for sample in family.samples
    }


def test_the_metrics_say_what_the_ledger_counts(http, site):
    site.service.submit(read_seeds())
    waiting = measured(http)
    site.bell.works = True
    site.service.requeue_dead()
    site.service.reconcile()
    site.service.start_recluster()
    settled = measured(http)

    assert (waiting["dedupe_articles_accepted_total"], waiting["dedupe_pending"]) == (5, 5)
    assert waiting["dedupe_articles_assigned_total"] == 0
    assert "dedupe_recluster_age_seconds" not in waiting
    assert (settled["dedupe_articles_assigned_total"], settled["dedupe_pending"]) == (5, 0)
    assert (settled["dedupe_window_articles"], settled["dedupe_stories"], settled["dedupe_generation"]) == (5, 3, 1)
    assert settled["dedupe_recluster_age_seconds"] >= 0
    assert settled["dedupe_recluster_churn"] == 0.6
    assert settled["dedupe_store_memory_bytes"] > 100_000


def test_the_metrics_need_the_key_like_everything_else(make_site):
    import httpx

    site = make_site(api_key="k" * 16)
    with httpx.Client(base_url=site.url, trust_env=False) as http:
        assert http.get("/metrics").status_code == 401
        assert http.get("/metrics", headers={"Authorization": f"Bearer {'k' * 16}"}).status_code == 200
