"""How soon a rising hashtag is found, day by day, on a stream with a planted trend.

    python benchmarks/bench_trend.py --threads 2 --json result.json

Trains on the days before the rise. After each day the systems learn from its posts; the queries are about the next
day's, of the topic in which the hashtags rise. One hashtag is new, the other was rare. Three systems: left as it was,
learning on, and learning on while older uses decay.
"""

from common import arguments, parse, report, timed

parser = arguments(__doc__.split("\n")[0], [])
parser.add_argument("--posts", type=int, default=20_000)
parser.add_argument("--half-life", type=float, default=7.0, help="days")
args = parse(parser)

import numpy as np

from instahash import BestSettings, InstaHash
from instahash.parameters import assign
from planted import NEW, RARE, TREND_TOPIC, planted_trend

DAYS, RISE = 60, 45
posts = list(planted_trend(args.posts, args.seed, DAYS, RISE))
by_day = [posts[len(posts) * day // DAYS : len(posts) * (day + 1) // DAYS] for day in range(DAYS)]
before = [post for day in by_day[:RISE] for post in day]
settings = BestSettings(seed=args.seed, n_threads=args.threads)
decaying = assign(settings, [f"stream.half_life={args.half_life}"])
systems = {
    "left as it was": InstaHash(settings).fit(before),
    "learning on": InstaHash(settings).fit(before),
    f"learning on, half-life {args.half_life:g} days": InstaHash(decaying).fit(before),
}
figures, seconds = {}, []
for day in range(RISE, min(RISE + 8, DAYS - 1)):
    queried = [post for post in by_day[day + 1] if post.id.startswith(f"{TREND_TOPIC}/")]
    for name, model in systems.items():
        if "learning" in name:
            seconds.append(timed(lambda model=model, day=day: model.partial_fit(by_day[day]))[0])
        answers = [answer.hashtags for _, answer in model.recommend_posts(queried, 10)]
        for hashtag in (NEW, RARE):
            wanted = [hashtag in answer for answer, post in zip(answers, queried) if hashtag in post.hashtags]
            if wanted:
                figures[f"day {day - RISE + 1} after the rise, {hashtag} found: {name}"] = float(np.mean(wanted))
figures["seconds to learn a day"] = float(np.median(seconds))
report(args, figures)
