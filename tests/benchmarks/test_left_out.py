from dataclasses import asdict

from left_out import GRID, HALVES, left_out, params_of

from dedupe.settings import StoryParams

DEFAULT = tuple(values[0] for values in GRID.values())
OTHER = (DEFAULT[0] + 0.1, *DEFAULT[1:])


def _table(default, other):
    return {DEFAULT: default, OTHER: other}


def test_the_first_values_of_the_grid_are_the_defaults():
    assert params_of(DEFAULT) == StoryParams()
    assert params_of(OTHER) != StoryParams()


def test_each_value_changes_the_parameter_it_is_named_by():
    for at, (path, values) in enumerate(GRID.items()):
        value = asdict(params_of((*DEFAULT[:at], values[1], *DEFAULT[at + 1 :])))
        for name in path.split("."):
            value = value[name]
        assert value == values[1]


def test_a_set_has_no_say_in_the_choice_for_itself():
    row = left_out("a", _table({"a": 0.9, "b": 0.5, "c": 0.6}, {"a": 0.1, "b": 0.6, "c": 0.6}))

    assert (row.default, row.chosen, row.best, row.choice) == (0.9, 0.1, 0.9, OTHER)


def test_what_is_equally_good_goes_to_the_default():
    row = left_out("a", _table({"a": 0.9, "b": 0.5}, {"a": 1.0, "b": 0.5}))

    assert row.choice == DEFAULT


def test_the_other_families_judge_only_the_first():
    table = _table({"a": 0.5, HALVES[0]: 0.5, HALVES[1]: 0.5}, {"a": 0.5, HALVES[0]: 0.4, HALVES[1]: 0.9})

    assert left_out("a", table).choice == DEFAULT
    assert left_out(HALVES[0], table).choice == OTHER
