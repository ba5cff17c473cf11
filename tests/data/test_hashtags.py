"""Where hashtags begin and end: worked examples of many scripts, and laws."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instahash.data import hashtags_from_list, hashtags_in, words
from instahash.data.hashtags import is_hashtag


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Sunday! #Beach#sea with #friends, #Beach again", ["Beach", "sea", "friends"]),
        ("＃夏 #été. (#ok) ﹟a_b #2024 #हिन्दी", ["夏", "été", "ok", "a_b", "2024", "हिन्दी"]),
        ("# nothing #! 5 # 6 #- #\u0301a #\ufe0f\u20e3 ##a", ["a"]),
        ("", []),
        # Punctuation and symbols of any script end a hashtag.
        ("今天#上海，下雨。#猫、#狗！#夏・海 「#鳥」…", ["上海", "猫", "狗", "夏", "鳥"]),
        ("#قطة، #كلب؟ #दिल्ली। #ทะเล๏ #ＣＡＴ＃ｄｏｇ！", ["قطة", "كلب", "दिल्ली", "ทะเล", "ＣＡＴ", "ｄｏｇ"]),
        ("#dark-blue #new–york #a—b #it's #it’s #40° #a→b #50%", ["dark", "new", "a", "it", "40", "50"]),
        ("#rock+roll #a·b #a\u00a0b #محمدﷺ #wow‼️ #km²", ["rock", "a", "محمد", "wow", "km²"]),
        # A letter may stand before the #.
        ("text#a 看#猫", ["a", "猫"]),
        # Joiners are kept inside, and only there.
        ("#می\u200cخواهم #ශ්\u200dරී #ক\u200d্ষ", ["می\u200cخواهم", "ශ්\u200dරී", "ক\u200d্ষ"]),
        ("#cat\u200d #cats\u200c\u200c. #\u200da", ["cat", "cats"]),
        # Emoji.
        ("#❤️ #☕️latte #love❤️‍🔥! #🇵🇹", ["❤️", "☕️latte", "love❤️‍🔥", "🇵🇹"]),
        ("#👩‍👩‍👧 #👍🏽 #1️⃣ #🏴\U000e0067\U000e007f.", ["👩‍👩‍👧", "👍🏽", "1️⃣", "🏴\U000e0067\U000e007f"]),
        # Entities, escaped once or more, or cut off.
        ("it&#39;s #cat &#10084; &#x2764; &#X27", ["cat"]),
        ("it&amp;#39;s &amp;amp;#39; #Q&amp;A &quot;#dog&quot; &#39", ["Q", "dog"]),
        ("#caf&eacute; &#35;sea #&#10084;&#65039; #a&nbsp;b", ["café", "sea", "❤️", "a"]),
        ("R&B #a&b salt&#pepper &nothing; &#" + "9" * 5000, ["a", "pepper"]),
        # Fragments of URLs.
        ("https://example.com/page#comments #cat", ["cat"]),
        ("www.example.com/#a example.com/a#b,c#d HTTP://X.Y#z http://localhost:8000/#e", []),
        ("#cat https://example.com/हिन्दी#x，#狗 (see example.com/a#b) #dog", ["cat", "狗", "dog"]),
        ("Sunday.#a and/or#b 1/2#c awww.#d e.g.#f Yes.No#g", ["a", "b", "c", "d", "f", "g"]),
    ],
)
def test_hashtags_of_a_caption(text, expected):
    assert hashtags_in(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("cat, cats,#pet", ["cat", "cats", "pet"]),
        ("cat;cats|pet,,cat", ["cat", "cats", "pet"]),
        ("#coffee #morning", ["coffee", "morning"]),
        ("#coffee#morning\ncat\tcats", ["coffee", "morning", "cat", "cats"]),
        ("coffee shop, dog", ["coffeeshop", "dog"]),
        ("#coffee shop #sea, ＃dog", ["coffeeshop", "sea", "dog"]),
        ("猫，夏の海、قطة، كلب", ["猫", "夏の海", "قطة", "كلب"]),
        ("T-shirt café ❤️ 👩‍👧", ["Tshirt", "café", "❤️", "👩‍👧"]),
        ("['cat', 'it&#39;s']", ["cat", "its"]),
        (" , #;! ", []),
    ],
)
def test_hashtags_of_a_list(text, expected):
    assert hashtags_from_list(text) == expected


@pytest.mark.parametrize("text", ["a", "ａ", "2024", "_", "❤️", "می\u200cخواهم", "été"])
def test_what_is_a_hashtag(text):
    assert is_hashtag(text)


@pytest.mark.parametrize("text", ["", "#a", "a b", "T-shirt", "a\u200d", "\u0301", "ﷺ", "a·b", "‼"])
def test_what_is_none(text):
    assert not is_hashtag(text)


odd_texts = st.text(
    st.characters() | st.sampled_from("##＃aé1_ ,;&.:/-·\u0301\u0345\u200c\u200d\ufe0f\u20e3❤👩🏴\U000e0067ﷺﾞ্ক")
)


@pytest.mark.parametrize("read", [hashtags_in, hashtags_from_list])
@given(odd_texts)
def test_laws_of_hashtags(read, text):
    found = read(text)
    assert len(set(found)) == len(found)
    assert hashtags_in("".join(f"#{hashtag}" for hashtag in found)) == found
    for hashtag in found:
        assert is_hashtag(hashtag) and len(words(hashtag)) == 1
        others = [c for c in hashtag if unicodedata.normalize("NFKC", c) != "_"]  # which has other widths
        assert not any(c.isspace() or unicodedata.category(c)[0] == "P" for c in others)


@given(st.lists(st.sampled_from(["#cat", "#été", "it", "R", "'", "&", "<b>", '"', "#", "❤", "39", ";"])).map(" ".join))
def test_escaping_changes_nothing(text):
    escaped = text.replace("&", "&amp;").replace("'", "&#39;").replace('"', "&quot;").replace("❤", "&#10084;")
    assert hashtags_in(escaped.replace("&", "&amp;")) == hashtags_in(escaped) == hashtags_in(text)


@pytest.mark.parametrize(
    "unit",
    [
        "#",
        "#a",
        "&amp;",
        "&",
        "amp;",
        "&#",
        "&a",
        "\u200d",
        "a\u200d",
        "#\u200d",
        "www.",
        ".com",
        "a://",
        "👩\u200d",
        ",",
        " ",
    ],
)
@pytest.mark.parametrize("read", [hashtags_in, hashtags_from_list])
def test_time_is_in_proportion_to_length(read, unit):
    start = time.process_time()
    read("#a&" + unit * (300_000 // len(unit)))
    assert time.process_time() - start < 3  # it takes about 0.2, and minutes where it grows with the square
