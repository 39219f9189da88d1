from benchmarks.twins import judged_twins


def test_of_twins_given_to_two_worker_processes_at_once_exactly_the_later_one_is_the_copy(server, redis):
    outcome = judged_twins(server.store_url, 60)

    assert outcome.n_right == 60
    assert sum(outcome.n_first_by_worker) == 60
    assert outcome.n_turns > 1  # both worked at the same time, or nothing was proved
