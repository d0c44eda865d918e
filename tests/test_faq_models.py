"""The stages behind a score: how alike texts are, what the models learn from it, where the thresholds lie."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.matcher import packaged_off_topic
from faq.models import train
from faq.scores import APART, HIGHEST, LOWEST, Scale, scale_for
from faq.similarity import Space, packaged_groups, pieces, stem
from faq.text import words_of

TEXTS = [
    ("peel", "a", "red", "apple"),
    ("peel", "the", "apple"),
    ("eat", "an", "apple"),
    ("moor", "a", "boat"),
    ("boat", "in", "the", "harbour"),
    ("harbour", "for", "boats"),
]
LABELS = np.array([0, 0, 0, 1, 1, 1])
SPACE = Space(TEXTS, {})
WORDS = st.lists(st.sampled_from(["peel", "apple", "boat", "harbour", "zebra", "the", "aple"]), max_size=6)


# Likeness


@pytest.mark.parametrize("forms", [("match", "matches", "matched", "matching"), ("portal", "portals")])
def test_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


def test_a_word_is_cut_into_two_to_five_letters_with_its_ends_marked() -> None:
    assert pieces("ce") == ("~ c", "~ce", "~e ", "~ ce", "~ce ", "~ ce ")
    assert {len(piece) - 1 for piece in pieces("certification")} == {2, 3, 4, 5}


def test_a_text_is_wholly_like_itself_and_not_like_one_that_shares_no_piece() -> None:
    found = SPACE.likenesses(TEXTS[0])
    assert found[0] == pytest.approx(1)
    assert found.argmax() == 0
    assert SPACE.likenesses(("zzzz",)).tolist() == [0.0] * len(TEXTS)
    assert SPACE.likenesses(()).tolist() == [0.0] * len(TEXTS)


def test_among_themselves_texts_are_as_alike_as_when_asked() -> None:
    rows = np.array([SPACE.likenesses(text) for text in TEXTS])
    assert SPACE.among() == pytest.approx(rows, abs=1e-6)


@given(WORDS)
def test_likeness_lies_between_0_and_1(words: list[str]) -> None:
    found = SPACE.likenesses(words)
    assert (found >= 0).all()
    assert (found <= 1).all()


def test_related_words_are_alike_though_they_share_no_letter() -> None:
    groups = packaged_groups()
    texts = [("purchase",), ("weather",)]
    assert Space(texts, groups).likenesses(("buy",))[0] > 0
    assert Space(texts, {}).likenesses(("buy",))[0] == 0
    assert groups[stem("buying")] == groups[stem("purchases")] == "buy"


# Models


def test_the_models_tell_the_classes_apart() -> None:
    models = train(SPACE.among(), LABELS, 2).models
    assert models.fits(SPACE.likenesses(("red", "apples"))).argmax() == 0
    assert models.fits(SPACE.likenesses(("the", "harbour"))).argmax() == 1


MANY = Space([words_of(text) for text in packaged_off_topic()[:160]], {}).among()


@pytest.mark.parametrize(
    ("among", "labels", "classes"), [(SPACE.among(), LABELS, 2), (MANY, np.arange(160) % 8, 8)]
)
def test_what_is_said_without_a_phrasing_is_what_it_would_be_without_it(
    among: np.ndarray, labels: np.ndarray, classes: int
) -> None:
    """Each class has as many phrasings, so each phrasing weighs the same."""
    trained = train(among, labels, classes)
    for number in range(0, len(among), 5):
        rest = np.delete(np.arange(len(among)), number)
        weights = np.linalg.solve(
            among[np.ix_(rest, rest)] + np.eye(len(rest)), np.eye(classes)[labels[rest]]
        )
        squares = np.clip(among[number, rest] @ weights, 0.01, 1)
        # What is left of the fits without the squares are the chances, which add up to 1.
        assert (trained.without_itself[number] ** 2 / squares).sum() == pytest.approx(1, abs=2e-3)


def test_without_its_class_a_phrasing_hardly_fits_anything() -> None:
    trained = train(SPACE.among(), LABELS, 2)
    rows = np.arange(len(TEXTS))
    assert (trained.without_its_class[rows, LABELS] < 0.01).all()
    assert (trained.without_its_class.max(axis=1) < trained.without_itself[rows, LABELS]).sum() >= 4


def test_one_class_alone_can_be_learnt() -> None:
    trained = train(SPACE.among(), np.zeros(len(TEXTS), dtype=np.intp), 1)
    assert np.isfinite(trained.without_its_class).all()
    assert trained.models.fits(SPACE.likenesses(("apple",)))[0] > 0


# The scale


def test_the_scale_puts_the_thresholds_at_40_and_60() -> None:
    scale = Scale(0.35, 0.7)
    raw = np.array([0.0, 0.175, 0.35, 0.525, 0.7, 0.85, 1.0])
    assert scale.of(raw) == pytest.approx([0, 0.2, 0.4, 0.5, 0.6, 0.8, 1])


@given(st.lists(st.floats(0, 1), min_size=2, max_size=2), st.floats(0.3, 0.6), st.floats(0.1, 0.3))
def test_a_better_raw_score_is_never_a_worse_one(raw: list[float], suggest: float, apart: float) -> None:
    one, other = Scale(suggest, suggest + apart).of(np.array(sorted(raw)))
    assert one <= other


def scale(accepted: list[float], general: list[float], strangers: list[float]) -> Scale:
    right = np.ones(len(accepted), dtype=np.bool_)
    return scale_for(np.array(accepted), right, np.array(general), np.array(strangers))


def test_the_lower_threshold_parts_what_is_accepted_from_what_is_off_topic() -> None:
    found = scale([0.6, 0.65, 0.7], [0.1, 0.2, 0.42], [0.3, 0.4, 0.45])
    assert 0.45 < found.suggest < 0.6


def test_the_upper_threshold_is_where_hardly_any_stranger_arrives() -> None:
    strangers = [0.3] * 94 + [0.68] * 6
    assert scale([0.9], [0.1], strangers).answer == pytest.approx(0.68)
    assert scale([0.9], [0.1], [0.3] * 96 + [0.7] * 4).answer < 0.7


def test_thresholds_stay_within_bounds_and_apart_whatever_the_scores() -> None:
    for accepted, general, strangers in (
        ([1.0], [0.0], [0.0]),
        ([0.0], [1.0], [1.0]),
        ([0.5], [], [0.5]),
        ([0.7], [0.69], [0.99]),
    ):
        found = scale(accepted, general, strangers)
        assert LOWEST <= found.suggest <= HIGHEST - APART
        assert found.suggest + APART <= found.answer <= HIGHEST + 1e-9


def test_what_is_taken_for_another_entry_speaks_against_accepting_it() -> None:
    accepted, strangers = np.array([0.35, 0.35, 0.7]), np.array([0.2])
    right = np.array([False, False, True])
    general = np.array([0.34, 0.36])
    assert scale_for(accepted, right, general, strangers).suggest > 0.36
    assert scale_for(accepted, ~right, general, strangers).suggest < 0.36
