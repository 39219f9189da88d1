from index import Index, measure, name_of


def test_the_share_of_copies_whose_original_was_looked_up_is_counted():
    names, numbers = [], []
    finds_all = Index(list, lambda _: list(names), lambda name, _at, _text: names.append(name))
    finds_none = Index(list, lambda _: [], lambda *_: None)
    by_number = Index(list, lambda _: list(numbers), lambda _name, at, _text: numbers.append(at), has_numbers=True)

    assert measure(finds_all, 120, seed=1)["copies_found"] == 1.0
    assert measure(finds_none, 120, seed=1)["copies_found"] == 0.0
    assert measure(by_number, 120, seed=1)["copies_found"] == 1.0


def test_what_an_index_counts_itself_is_told_for_each_document():
    index = Index(list, lambda _: [], lambda *_: None, nbytes=lambda: 5000)

    assert measure(index, 100, seed=1)["own_bytes"] == 50.0


def test_ids_of_a_million_articles_are_equally_long():
    assert len(name_of(0)) == len(name_of(99_999)) == 12
