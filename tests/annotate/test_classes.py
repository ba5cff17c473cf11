"""The words of the 1,000 classes: what the files may hold, what well-known classes carry, and the sums."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.annotate import OfflineAnnotator
from instahash.annotate.classes import class_labels, class_scores, ranked
from instahash.data import broader as of_data
from instahash.data.broader import broader, head_words
from instahash.errors import SettingsError

# What a photo of a class shows beside it, or what people call it; of these words one class has each.
ALONE = set(
    "amusement park,aquarium,archery,billiards,boxing,candy,casino,chocolate,cocktail,concert,"
    "construction,cruise,denim,dinosaur,festival,fireplace,flag,fossil,gaming,gas station,glove,grass,"
    "halloween,handbag,harbor,hockey,honey,internet,italy,knife,knitting,lake,lingerie,mexico,movie,"
    "orchid,painting,park,pasta,playground,police,pumpkin,rope,rugby,running,scarf,seashell,skiing,"
    "sneaker,soccer,sofa,solar energy,stairs,swimming,sword,tea,theater,typewriter,venice,wedding".split(",")
)
NO_BROADER_WORD = {"coil", "pole", "turnstile", "whistle"}

# class -> its name, words that it must have, words that it must not have.
KNOWN = {
    0: ("tench", "fish,fishing,animal", "pet,mammal,underwater"),
    1: ("goldfish", "fish,pet,animal", "wildlife"),
    2: ("great white shark", "shark,fish,sea,ocean", "mammal"),
    7: ("rooster", "chicken,bird,farm", "wildlife,mammal"),
    9: ("ostrich", "bird", "mammal"),
    21: ("kite bird", "bird,wildlife", "toy"),
    22: ("bald eagle", "eagle,bird,wildlife,nature", "pet"),
    33: ("loggerhead turtle", "turtle,reptile,sea", "fish"),
    50: ("american alligator", "alligator,reptile", "mammal,crocodile"),
    84: ("peacock", "bird", "insect,pet"),
    99: ("goose", "bird", "duck"),
    107: ("jellyfish", "underwater,sea,animal", "fish"),
    130: ("flamingo", "bird,wildlife", "pet"),
    134: ("crane bird", "bird,animal", "construction"),
    148: ("orca", "whale,mammal,ocean,wildlife", "fish,pet"),
    151: ("chihuahua", "dog,pet,mammal,animal", "wildlife,cat"),
    207: ("golden retriever", "retriever,dog,pet,mammal,animal", "terrier,wolf"),
    229: ("old english sheepdog", "sheepdog,dog", "sheep"),
    250: ("siberian husky", "husky,dog,pet", "wolf"),
    263: ("pembroke welsh corgi", "corgi,dog", "clothing"),
    264: ("cardigan welsh corgi", "corgi,dog", "clothing,sweater"),
    269: ("timber wolf", "wolf,canine,wildlife,animal", "dog,pet"),
    275: ("african wild dog", "canine,wildlife", "dog,pet"),
    277: ("red fox", "fox,canine,wildlife", "dog,pet"),
    281: ("tabby cat", "cat,pet,mammal,animal", "dog,wildlife"),
    283: ("persian cat", "cat,pet,feline", "dog"),
    291: ("lion", "feline,wildlife,mammal,animal", "cat,pet"),
    292: ("tiger", "feline,wildlife,mammal,animal", "cat,pet"),
    309: ("bee", "insect,nature,macro,animal", "bird"),
    323: ("monarch butterfly", "butterfly,insect,nature", "bird"),
    340: ("zebra", "mammal,wildlife", "horse,pet"),
    386: ("african elephant", "elephant,mammal,wildlife", "pet"),
    397: ("pufferfish", "fish,underwater,animal", "pet"),
    398: ("abacus", "education,mathematics", "animal"),
    404: ("airliner", "airplane,sky,travel,vehicle", "military,bird"),
    409: ("analog clock", "clock,time", "fashion"),
    430: ("basketball", "ball,sport", "tennis"),
    437: ("lighthouse", "coast,sea,sky,architecture", "home"),
    445: ("bikini", "swimwear,fashion,summer", "beach"),
    468: ("taxi", "car,vehicle,city", "truck"),
    474: ("cardigan", "sweater,clothing,fashion", "dog"),
    497: ("church", "building,architecture,religion", "home"),
    504: ("coffee mug", "tableware", "animal"),
    517: ("construction crane", "construction,sky", "bird,animal"),
    537: ("dogsled", "dog,snow,winter", "vehicle"),
    542: ("drum stick", "drum,music", "food,chicken"),
    576: ("gondola", "boat,venice,italy,travel", "sea"),
    570: ("gas mask", "mask", "costume"),
    638: ("one-piece swimsuit", "swimwear,fashion", "home"),
    671: ("mountain bike", "bicycle,cycling", "motorcycle,mountain"),
    752: ("racket", "tennis,sport", "music"),
    779: ("school bus", "bus,school,vehicle", "train"),
    817: ("sports car", "car,vehicle", "sport,truck"),
    836: ("dark glasses", "sunglasses,accessory,fashion", "tableware"),
    850: ("teddy bear", "toy", "animal,bear,pet"),
    889: ("violin", "musical instrument,music", "wind instrument"),
    928: ("ice-cream", "dessert,food,sweet", "healthy"),
    947: ("mushroom", "fungus,nature", "animal"),
    949: ("strawberry", "fruit,food,healthy", "vegetable"),
    950: ("orange", "fruit,food", "vegetable"),
    963: ("pizza", "food,meal", "dessert,healthy"),
    967: ("espresso", "coffee,drink", "alcohol,food"),
    968: ("cup", "drink,tableware", "food"),
    970: ("mountain peak", "mountain,landscape,nature", "sea"),
    973: ("coral reef", "coral,underwater,sea,ocean", "animal"),
    975: ("lakeside", "lake,water,landscape,nature", "sea,beach"),
    978: ("seashore", "beach,coast,sea,sand,ocean,water,nature", "lake,mountain"),
    980: ("volcano", "mountain,landscape,nature", "water"),
    981: ("baseball player", "baseball,sport", "animal"),
    982: ("groom", "wedding", "sport"),
    983: ("scuba diver", "diving,underwater,ocean", "fish"),
    985: ("daisy", "flower,plant,nature", "food"),
    987: ("corn", "vegetable,food", "fruit"),
    999: ("toilet paper", "bathroom,home", "food"),
}


def read(name):
    """The file's lines as (word, its broader words), without the module's help."""
    lines = Path(of_data.__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [(line.split(":")[0], line.split(": ")[1].split(", ") if ":" in line else []) for line in lines]


NAMES, BROADER, HEAD = read("imagenet.txt"), read("broader.txt"), read("head.txt")


def label_scores(probabilities, least=0.05):
    return ranked(class_scores(probabilities), least)


def steps(name, parents):
    """word -> the fewest steps from the class to it."""
    graph, found, border = dict(BROADER), {name: 0}, {*parents, *dict(BROADER).get(name, ())}
    while border:
        n_steps = max(found.values()) + 1
        border -= found.keys()
        found.update(dict.fromkeys(border, n_steps))
        border = {parent for word in border for parent in graph.get(word, ())} - found.keys()
    return found


# The files


def test_a_thousand_classes_have_names_of_their_own():
    assert len(NAMES) == len({name for name, _ in NAMES}) == 1000


def test_words_are_plain():
    for word, parents in NAMES + BROADER:
        for text in (word, *parents):
            assert re.fullmatch(r"[a-z0-9]([a-z0-9' -]*[a-z0-9])?", text) and "  " not in text, text
        assert len({word, *parents}) == 1 + len(parents), word


def test_every_broader_word_has_one_line_and_a_use():
    words = [word for word, _ in BROADER]
    assert words == sorted(set(words))
    assert {parent for _, parents in NAMES + BROADER for parent in parents} == set(words)


def test_what_is_broader_than_a_word_of_the_head_is_known():
    words = [word for word, _ in HEAD]
    assert words == sorted(set(words))
    for word, parents in HEAD:
        assert not parents or word not in dict(NAMES + BROADER), word
        assert set(parents) <= {*words, *dict(BROADER)}, word


def test_no_word_is_broader_than_itself():
    list(TopologicalSorter(dict(BROADER + [line for line in HEAD if line[1]])).static_order())


def test_a_class_that_is_a_broader_word_is_as_broad_as_that():
    assert not [name for name, parents in NAMES if name in dict(BROADER) and parents]


def test_no_class_says_what_follows():
    for name, parents in NAMES:
        following = {word for parent in [name, *parents] for word in steps(parent, []).keys() - {parent}}
        assert not following & set(parents), name


def test_a_broader_word_gathers_classes():
    of = {word: [labels[0] for labels in class_labels() if word in labels] for word, _ in BROADER}
    alone = {word for word, names in of.items() if len(names) == 1 and not names[0].endswith(word)}
    assert all(of.values()) and alone == ALONE


# The labels of a class


def test_labels_are_the_name_and_all_that_is_broader():
    assert len(class_labels()) == 1000
    for labels, (name, parents) in zip(class_labels(), NAMES):
        assert labels[0] == name and len(set(labels)) == len(labels)
        assert set(labels) == steps(name, parents).keys()


def test_the_nearest_come_first():
    for labels, (name, parents) in zip(class_labels(), NAMES):
        distances = [steps(name, parents)[word] for word in labels]
        assert distances == sorted(distances)
    assert class_labels()[269] == ("timber wolf", "wolf", "canine", "wildlife", "mammal", "animal", "nature")
    assert class_labels()[978][:5] == ("seashore", "beach", "sky", "sand", "coast")


def test_broader_words_are_known_of_every_word():
    for word, parents in BROADER:
        assert set(broader(word)) == steps(word, parents).keys() - {word}
        assert len(set(broader(word))) == len(broader(word))
    assert broader("beach") == ("sand", "coast", "sea", "landscape", "ocean", "water", "nature")
    assert broader("animal") == broader("zeppelin") == ()


def test_the_files_are_read_once(monkeypatch):
    class_labels(), head_words(), label_scores(np.zeros(1000))
    monkeypatch.setattr(of_data, "_read", None)
    class_labels(), head_words(), label_scores(np.zeros(1000))


def test_broader_words_of_the_head_are_known():
    assert list(head_words()) == [word for word, _ in HEAD]
    for word, parents in HEAD:
        assert set(parents) <= set(broader(word)), word
    assert broader("sunset") == ("sky",) and broader("woman") == ("people",) and broader("people") == ()
    assert broader("cake") == ("dessert", "food", "sweet") and broader("graffiti") == ("street art", "art")
    assert broader("pizza")[:2] == ("italian food", "meal")


@pytest.mark.parametrize(
    "word, numbers, also",
    [
        ("animal", range(398), {"dogsled", "horse cart", "muzzle", "oxcart"}),
        ("fish", [*range(7), *range(389, 398)], set()),
        ("bird", [*range(7, 25), *range(80, 101), *range(127, 147)], set()),
        ("reptile", [*range(33, 51), *range(52, 69)], set()),
        ("snake", range(52, 69), set()),
        ("mammal", [*range(101, 107), *range(147, 300), *range(330, 389)], {"dogsled", "horse cart", "oxcart"}),
        ("dog", range(151, 269), {"dogsled"}),
        ("wolf", range(269, 272), set()),
        ("cat", range(281, 286), set()),
        ("feline", range(281, 294), set()),
        ("pet", [1, *range(151, 269), *range(281, 286), 332, 333, 338], {"dogsled"}),
        ("insect", range(300, 327), set()),
        ("butterfly", range(321, 327), set()),
        ("primate", range(365, 385), set()),
    ],
)
def test_animals_are_where_the_order_of_classes_has_them(word, numbers, also):
    expected = {NAMES[k][0] for k in numbers} | also
    assert {labels[0] for labels in class_labels() if word in labels} == expected


@pytest.mark.parametrize("k", KNOWN)
def test_well_known_classes(k):
    name, must, must_not = KNOWN[k]
    labels = class_labels()[k]
    assert labels[0] == name
    assert set(must.split(",")) <= set(labels) and not set(must_not.split(",")) & set(labels)


def test_nearly_every_class_says_more_than_its_name():
    assert {labels[0] for labels in class_labels() if len(labels) == 1} == NO_BROADER_WORD
    assert max(map(len, class_labels())) <= 10


# Scores


def of_classes(**shares):
    """(1000,) float64, zero but for the given classes."""
    probabilities = np.zeros(1000)
    for name, share in shares.items():
        probabilities[[known for known, _ in NAMES].index(name.replace("_", " "))] = share
    return probabilities


def test_sums_by_hand():
    scores = label_scores(of_classes(tabby_cat=0.5, striped_cat=0.25, golden_retriever=0.125, timber_wolf=0.0625))
    assert scores == [
        ("animal", 0.9375),
        ("mammal", 0.9375),
        ("pet", 0.875),
        ("cat", 0.75),
        ("feline", 0.75),
        ("tabby cat", 0.5),
        ("striped cat", 0.25),
        ("canine", 0.1875),
        ("dog", 0.125),
        ("golden retriever", 0.125),
        ("retriever", 0.125),
        ("nature", 0.0625),
        ("timber wolf", 0.0625),
        ("wildlife", 0.0625),
        ("wolf", 0.0625),
    ]
    assert all(type(score) is float for _, score in scores)


def test_a_score_counts_from_the_least_on():
    probabilities = of_classes(coil=0.25, pole=0.25, whistle=0.125)
    assert label_scores(probabilities, 0.25) == [("coil", 0.25), ("pole", 0.25)]
    assert label_scores(probabilities, 0.2500001) == []
    assert label_scores(of_classes(coil=0.05, pole=0.0499)) == [("coil", 0.05)]


def test_a_broader_word_has_no_less():
    scores = {"woman": 0.75, "people": 0.25, "graffiti": 0.5, "tabby cat": 0.5, "cat": 0.625, "animal": 0.1}
    assert ranked(scores, 0.25) == [
        ("people", 0.75),
        ("woman", 0.75),
        *[(word, 0.625) for word in ("animal", "cat", "feline", "mammal", "pet")],
        *[(word, 0.5) for word in ("art", "graffiti", "street art", "tabby cat")],
    ]
    assert ranked({"woman": 0.2, "sky": 0.3}, 0.25) == [("sky", 0.3)]


def test_a_class_that_is_also_a_broader_word_counts_once():
    scores = dict(label_scores(of_classes(mushroom=0.5, bolete=0.25)))
    assert (scores["mushroom"], scores["bolete"], scores["fungus"], scores["forest"]) == (0.75, 0.25, 0.75, 0.25)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_score_is_above_one(dtype):
    scores = label_scores(np.full(1000, 0.0026, dtype))
    assert dict(scores)["animal"] == 1.0


def test_single_precision_is_summed_in_double():
    probabilities = np.full(1000, 1e-9, np.float32)
    probabilities[0] = 0.5
    exact = 0.5 + 397 * float(np.float32(1e-9))
    assert dict(label_scores(probabilities))["animal"] == pytest.approx(exact + 4 * 1e-9, abs=1e-12)


@pytest.mark.parametrize("n_classes", [0, 999, 1001])
def test_another_number_of_classes_is_refused(n_classes):
    with pytest.raises(ValueError):
        label_scores(np.zeros(n_classes))


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.001, 0.01, 1.0, 100.0]), st.sampled_from([np.float32, np.float64]))
def test_scores_are_the_sums_and_a_broader_word_has_no_less(seed, concentration, dtype):
    probabilities = np.random.default_rng(seed).dirichlet(np.full(1000, concentration)).astype(dtype)
    answer = label_scores(probabilities, 0.0)
    assert answer == sorted(answer, key=lambda item: (-item[1], item[0]))
    scores = dict(answer)
    assert scores.keys() == {word for labels in class_labels() for word in labels} and len(answer) == len(scores)
    for word, score in scores.items():
        share = sum(float(p) for p, labels in zip(probabilities, class_labels()) if word in labels)
        assert 0 <= score <= 1 and score == pytest.approx(min(share, 1), abs=1e-12)
    for word, parents in NAMES + BROADER:
        for parent in parents:
            assert scores[parent] >= scores[word], (word, parent)


@pytest.mark.parametrize("n_threads", [0, -1, 2.5, "2", True, None])
def test_a_wrong_number_of_threads_is_one_line(n_threads):
    with pytest.raises(SettingsError, match="n_threads is .* at least 1"):
        OfflineAnnotator(n_threads=n_threads)
