"""The forms of requests, as pydantic checks them and /docs describes them."""

from __future__ import annotations

import reprlib
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

from instahash.errors import cut
from instahash.explore.judgements import Choice
from instahash.explore.moving import FARTHEST
from instahash.explore.network import N_HASHTAGS

NO_JSON = "the request is not JSON in UTF-8"


def _readable(text: str) -> str:
    if any(c < " " and c not in "\t\n\r" for c in text):
        raise ValueError("it has characters that belong in no text")
    return text


def _of_one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("it has characters that belong in no name")
    return text


Labels = Annotated[str, Field(max_length=5000), AfterValidator(_readable)]
Word = Annotated[str, Field(max_length=200), AfterValidator(_readable)]
# Whoever knows it can judge in this judge's place.
Session = Annotated[
    str,
    Field(min_length=16, max_length=64, description="a random name of this browser's own, for nobody to guess"),
    AfterValidator(_of_one_line),
]
Name = Annotated[str, Field(max_length=60), AfterValidator(_of_one_line)]
Pair = Annotated[int, Field(ge=1, le=2**62, description="the number of the pair, from the last answer")]
Place = Annotated[int, Field(ge=0, le=2**62, description="of the post in its file")]
Wanted = Annotated[int, Field(ge=0, le=60)]
Number = Annotated[float, Field(ge=-FARTHEST, le=FARTHEST)]
Numbers = Annotated[list[Number], Field(max_length=40)]
Rows = Annotated[list[Numbers], Field(max_length=40)]


class Form(BaseModel):
    """No value is converted to another type, and no key may be there that is not declared."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Label(BaseModel):
    """A label as Google's Vision gives it, which also has other keys."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    description: Labels
    score: Annotated[float, Field(ge=0, le=1)] | None = None


def _kind(label: Any) -> str:
    return "object" if isinstance(label, (dict, Label)) else "text"


KINDS = ("text", "object")
AnyLabel = Annotated[Annotated[Labels, Tag("text")] | Annotated[Label, Tag("object")], Discriminator(_kind)]


class Query(Form):
    labels: Annotated[list[AnyLabel], Field(max_length=200)] = Field(
        [],
        description="texts such as “dog” or “dog:0.93”, or several labels in one text, separated by commas; or objects "
        "such as {“description”: “dog”, “score”: 0.93}",
    )
    chosen: Annotated[list[Word], Field(max_length=60)] = Field([], description="hashtags chosen already")
    photo_features: Annotated[str, Field(max_length=20_000)] | None = Field(
        None, description="what the network sees in the photo, as “/photo” gives it"
    )
    novelty: float | None = Field(None, ge=0, le=1, description="more of it ranks lower what everybody uses")
    top: int = Field(N_HASHTAGS, ge=1, le=100, description="how many hashtags")
    mix: Annotated[list[Wanted], Field(min_length=3, max_length=3)] | None = Field(
        None, description="how many big, middle and niche hashtags, in place of “top”"
    )


class Judge(Form):
    session: Session
    judge: Annotated[str, Field(max_length=60), AfterValidator(_of_one_line)] = Field(
        "", description="the judge's name"
    )


class Judgement(Judge):
    pair: Pair
    choice: Choice


class Steps(Form):
    seed: int = Field(0, ge=0, le=2**32, description="of the start, where no parameters are given")
    step_size: float = Field(0.1, gt=0, le=100)
    steps: int = Field(60, ge=0, le=200, description="how many")


class WordSteps(Steps):
    scene: Literal["pair", "ten", "forty"] = Field("ten", description="what is learnt from")
    W: Rows = Field([], description="input vectors, a row of two numbers for each word")
    C: Rows = Field([], description="output vectors")
    negatives: int = Field(1, ge=0, le=20, description="k, negatives a pair")
    power: float = Field(0.75, ge=0, le=1, description="of the words' counts, to which negatives are in proportion")


class UnitSteps(Steps):
    n_hidden: int = Field(3, ge=1, le=6, description="hidden units")
    V: Rows = Field([], description="encoder, a row for each unit")
    mu: Numbers = Field([], description="its biases")
    U: Rows = Field([], description="decoder, a row for each of 15 words")
    b: Numbers = Field([], description="its biases")


def complaint(error: dict[str, Any]) -> str:
    """One line for what pydantic says of a value: where it stands, what came, what was wanted."""
    if error["type"] == "json_invalid":
        return NO_JSON
    place = ".".join(str(part) for part in error["loc"][1:] if part not in KINDS)
    subject = f"'{cut(place)}'" if place else "the request"
    came = f" is {reprlib.repr(error['input'])}" if isinstance(error["input"], (str, int, float)) else ""
    wanted = cut(error["msg"].removeprefix("Value error, "), 150)
    return f"{subject}{came}: {wanted}"
