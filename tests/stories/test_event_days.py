import numpy as np
import pytest

from dedupe.models import Article, ArticleId
from dedupe.stories.event_days import NO_DAY, are_comparable, first_day, read_day_words
from dedupe.stories.vectors import read_occurrences

MONDAY, TUESDAY, FRIDAY, SUNDAY = 0, 1, 4, 6
REST = " and nothing more was known of it at the time, the office said, as the rain went on over the hills"


def day_of(text, title=None):
    words = read_occurrences([Article(ArticleId("a"), text, title)])
    return first_day(words.terms_of(0), read_day_words(words.vocabulary))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The board met on Tuesday" + REST, TUESDAY),
        ("Le conseil s'est réuni mardi" + REST, TUESDAY),
        ("El consejo se reunió el martes" + REST, TUESDAY),
        ("Der Vorstand tagte am Dienstag" + REST, TUESDAY),
        ("Der Vorstand tagte am Dienstagabend" + REST, TUESDAY),
        ("Il consiglio si è riunito martedì" + REST, TUESDAY),
        ("O conselho reuniu-se na terça-feira" + REST, TUESDAY),
        ("Rada zebrała się we wtorek" + REST, TUESDAY),
        ("Совет собрался во вторник" + REST, TUESDAY),
        ("Совет собрался в пятницу" + REST, FRIDAY),
        ("Hội đồng họp hôm thứ Ba" + REST, TUESDAY),
        ("Hội đồng họp hôm Chủ nhật" + REST, SUNDAY),
        ("取締役会は火曜日に開かれた。" * 3, TUESDAY),
        ("이사회는 화요일에 열렸다 화요일 회의" + REST, TUESDAY),
        ("董事会星期二开会讨论。" * 3, TUESDAY),
        ("اجتمع المجلس الثلاثاء" + REST, TUESDAY),
    ],
)
def test_a_weekday_is_read_in_many_languages(text, day):
    assert day_of(text) == day


def test_days_of_the_month_count_where_they_stand_with_their_sign():
    assert day_of("取締役会は12日、瑞浜市内で開かれた。" * 2) == day_of("12日の取締役会では何も決まらなかった。" * 2)
    assert day_of("取締役会は12日、瑞浜市内で開かれた。" * 2) != day_of("取締役会は13日、瑞浜市内で開かれた。" * 2)
    assert day_of("회의는 12일 서울에서 열렸다" + REST) == day_of("取締役会は12日、瑞浜市内で開かれた。" * 2)


def test_a_number_of_days_is_no_day():
    assert day_of("会議は12日間続いたが、何も決まらなかった。" * 2) == NO_DAY


def test_the_first_of_several_days_counts():
    assert day_of("On Monday the board met, and it will meet on Friday" + REST) == MONDAY


def test_the_title_comes_before_the_text():
    assert day_of("On Monday the board met" + REST, "Friday's vote") == FRIDAY


def test_a_day_that_only_the_second_half_names_does_not_count():
    assert day_of(REST + REST + " on Tuesday") == NO_DAY


def test_an_article_that_names_no_day_has_none():
    assert day_of("The board met" + REST) == NO_DAY
    assert day_of("") == NO_DAY


def test_only_days_of_one_kind_can_be_compared():
    twelfth = day_of("取締役会は12日、瑞浜市内で開かれた。" * 2)
    pairs = [(MONDAY, FRIDAY), (twelfth, twelfth), (MONDAY, twelfth), (NO_DAY, NO_DAY), (MONDAY, NO_DAY)]

    assert are_comparable(*np.array(pairs).T).tolist() == [True, True, False, False, False]


@pytest.mark.parametrize("names", [("monday", "lundi", "lunes", "montag", "월요일"), ("sunday", "dimanche", "日曜")])
def test_a_weekday_has_one_code_whatever_the_language(names):
    days = read_day_words(names)

    assert len({first_day(np.array([at], dtype=np.int32), days) for at in range(len(names))} - {NO_DAY}) == 1


def test_words_that_may_name_a_day_are_found_in_the_vocabulary():
    assert read_day_words(["monday", "money", "feira", "日の", "12일", "32"]).hints.tolist() == [1, 0, 1, 1, 1, 0]
