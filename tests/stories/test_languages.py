from pathlib import Path

import numpy as np

from dedupe.stories.languages import guess_languages
from dedupe.text.background import guess_language
from dedupe.text.words import cut_words, tokens

SEEDS = [path.read_text() for path in sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))]
TEXTS = [
    *SEEDS,
    "Der Minister hat am Montag in Berlin gesagt, dass die Wahl nicht vor dem Herbst stattfinden wird.",
    "Le ministre a dit que les élections ne se tiendront pas avant la fin de l'année, selon un communiqué.",
    "El ministro dijo que las elecciones no se celebrarán antes del fin de año, según un comunicado.",
    "東瑞鉄道の定時株主総会が昨日開かれた。",
    "서울에서 열린 회의에서 장관이 말했다",
    "qwe rty uio",
    "",
]


def test_many_texts_at_once_are_guessed_as_each_is_alone():
    words = cut_words(TEXTS)

    guessed = guess_languages(words, TEXTS, np.arange(len(TEXTS)))

    assert guessed == [guess_language(tokens(text[:2000])) or "" for text in TEXTS]
    assert set(guessed) >= {"en", "de", "fr", "es", "ja", "ko", ""}


def test_only_the_texts_asked_for_are_guessed():
    assert guess_languages(cut_words(TEXTS), TEXTS, np.array([5, 0])) == ["de", "en"]
    assert guess_languages(cut_words([]), [], np.array([], dtype=np.int64)) == []
