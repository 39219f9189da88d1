from dedupe.stories.ids import story_id_of, topic_id_of


def test_ids_are_what_they_have_always_been():
    assert story_id_of(["000", "001"]) == "s5382d77ffc754330"
    assert topic_id_of(["000", "001"]) == "t5382d77ffc754330"


def test_ids_come_from_the_smallest_member_alone():
    assert story_id_of(["b", "a", "c"]) == story_id_of(["a"]) != story_id_of(["b"])


def test_a_salt_makes_another_id():
    assert story_id_of(["a"], salt="1") != story_id_of(["a"])
