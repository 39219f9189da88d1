"""The day an article names first, which mostly is the day of what it reports: a weekday, or a day of the month."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NO_DAY = -1

# From Monday to Sunday, in the cases a date stands in. Names that are also another word (a month, a week, a market) are
# left out; those of all languages stand together, for they hardly collide.
_WEEKDAYS = (
    (
        "monday lundi lunes lunedì maandag måndag mandag mánudagur maanantai maanantaina poniedziałek pondělí "
        "pondelok ponedjeljak ponedeljek hétfő hétfőn понедельник понеделник понеділок pazartesi senin isnin "
        "δευτέρα सोमवार 월요일 月曜 期一 周一 الاثنين الإثنين"
    ),
    (
        "tuesday mardi martes martedì dinsdag tisdag tirsdag þriðjudagur tiistai tiistaina wtorek úterý utorok "
        "utorak torek kedd kedden вторник вівторок marți salı selasa τρίτη मंगलवार 화요일 火曜 期二 周二 الثلاثاء"
    ),
    (
        "wednesday mercredi miércoles mercoledì woensdag onsdag miðvikudagur keskiviikko keskiviikkona środa "
        "środę středa středu streda stredu srijeda srijedu sreda sredo szerda szerdán среду сряда середа середу "
        "miercuri çarşamba rabu τετάρτη बुधवार 수요일 水曜 期三 周三 الأربعاء"
    ),
    (
        "thursday jeudi jueves giovedì donderdag torsdag fimmtudagur torstai torstaina czwartek čtvrtek štvrtok "
        "četvrtak četrtek csütörtök csütörtökön четверг четвъртък четвер joi perşembe kamis khamis πέμπτη गुरुवार "
        "목요일 木曜 期四 周四 الخميس"
    ),
    (
        "friday vendredi viernes venerdì vrijdag fredag föstudagur perjantai perjantaina piątek pátek piatok "
        "petak petek péntek pénteken пятница пятницу петък ятниця ятницю vineri cuma jumat παρασκευή शुक्रवार 금요일 "
        "金曜 期五 周五 الجمعة"
    ),
    (
        "saturday samedi sábado sabato zaterdag lördag lørdag laugardagur lauantai lauantaina sobota sobotę "
        "sobotu subota subotu soboto szombat szombaton суббота субботу събота субота суботу sâmbătă cumartesi "
        "sabtu σάββατο शनिवार 토요일 土曜 期六 周六 السبت"
    ),
    (
        "sunday dimanche domingo domenica zondag söndag søndag sunnudagur sunnuntai sunnuntaina niedziela "
        "niedzielę neděle neděli nedeľa nedeľu nedjelja nedjelju nedelja nedeljo vasárnap воскресенье неділя "
        "неділю duminică ahad κυριακή रविवार 일요일 日曜 期天 周日 الأحد"
    ),
)
_DAY_OF_WORD = {word: day for day, words in enumerate(_WEEKDAYS) for word in words.split()}
# German writes the hour into the day's name: Montagabend, Dienstagmorgen.
_GERMAN = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
# Portuguese and Vietnamese count their days: segunda-feira, thứ hai. The first of two words is the number there.
_COUNTED = {
    **{(word, "feira"): day for day, word in enumerate(("segunda", "terça", "quarta", "quinta", "sexta"))},
    **{("thứ", word): day for day, word in enumerate(("hai", "ba", "tư", "năm", "sáu", "bảy"))},
    ("chủ", "nhật"): 6,
}
_FIRST_OF_MONTH = 100  # codes of days of the month begin above those of weekdays
_DAY_SIGN = "日"
_KOREAN_DAY_SIGN = "일"
_DURATIONS = ("日間", "日目", "日連")


@dataclass(frozen=True, slots=True)
class DayWords:
    """A vocabulary, and which of its words name a day or may be the second of two that do."""

    vocabulary: Sequence[str]
    hints: NDArray[np.bool_]


def read_day_words(vocabulary: Sequence[str]) -> DayWords:
    """The words that name days: weekdays in some thirty languages, days of the month as in 12日 and 12일."""
    seconds = {second for _, second in _COUNTED}
    hints = (word in seconds or word.startswith(_DAY_SIGN) or _day_named(word) != NO_DAY for word in vocabulary)
    return DayWords(vocabulary, np.fromiter(hints, np.bool_, count=len(vocabulary)))


def _day_named(word: str) -> int:
    """Code of the day that a word names by itself."""
    day = _DAY_OF_WORD.get(word)
    if day is not None:
        return day
    if word.endswith(_KOREAN_DAY_SIGN):
        return _day_of_month(word.removesuffix(_KOREAN_DAY_SIGN))
    if word.startswith(_GERMAN):
        return next(at for at, name in enumerate(_GERMAN) if word.startswith(name))
    return NO_DAY


def _day_of_month(number: str) -> int:
    is_day = number.isascii() and number.isdecimal() and len(number) <= 2 and 1 <= int(number) <= 31
    return _FIRST_OF_MONTH + int(number) if is_day else NO_DAY


def _day_named_by_two(first: str, second: str) -> int:
    # The sign is the first of a pair of characters unless its run ends there: 12日の.
    if second.startswith(_DAY_SIGN) and second not in _DURATIONS:
        return _day_of_month(first)
    return _COUNTED.get((first, second), NO_DAY)


def first_day(terms: NDArray[np.int32], days: DayWords) -> int:
    """Code of the day that the first half of an article names first, title included; `NO_DAY` if it names none.

    A day that only the second half names is mostly background, or a date to come. Codes of weekdays are 0 to 6, those
    of days of the month above 100.

    Parameters
    ----------
    terms
        Positions in the vocabulary, in reading order.
    """
    head = terms[: (len(terms) + 1) // 2]
    for at in np.flatnonzero(days.hints[head]).tolist():
        word = days.vocabulary[head[at]]
        before = days.vocabulary[head[at - 1]] if at > 0 else ""
        named = max(_day_named(word), _day_named_by_two(before, word))
        if named != NO_DAY:
            return named
    return NO_DAY


def are_comparable(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where two codes are of one kind, both weekdays or both days of the month; broadcast against each other."""
    named = (left != NO_DAY) & (right != NO_DAY)
    return np.asarray(named & ((left < _FIRST_OF_MONTH) == (right < _FIRST_OF_MONTH)))
