"""The look of the page: light and dark, wide and narrow, on screen and on paper."""

from __future__ import annotations

# Colours by what they are for. Those of text have a contrast of 4.5 or more with both backgrounds, those of drawings
# of 3 or more; a test computes it.
LIGHT = {
    "page": "#fbfbfa",
    "raised": "#ffffff",
    "text": "#1c2024",
    "quiet": "#5a616b",
    "rule": "#dcdfe3",
    "link": "#0b5cad",
    "bar": "#2f6fb3",
    "other": "#7f8a97",
    "mean": "#b3400a",
    "hit": "#0a6b3d",
    "more": "#1c202466",
}
DARK = {
    "page": "#14171a",
    "raised": "#1c2024",
    "text": "#e9ebee",
    "quiet": "#a6aeb8",
    "rule": "#343a41",
    "link": "#86bdf5",
    "bar": "#6aa9e9",
    "other": "#79838f",
    "mean": "#f0955c",
    "hit": "#6fd39b",
    "more": "#e9ebee66",
}

RULES = """
* { box-sizing: border-box; }
html { color-scheme: light dark; scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.55 system-ui, sans-serif; }
header, nav, main, footer { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; }
h1 { font-size: 1.9rem; margin: 0 0 .25rem; }
h2 { font-size: 1.4rem; margin: 3rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p, li, dd { max-width: 46rem; }
p { margin: .5rem 0 .75rem; }
p, li, dd, h1, caption, figcaption, summary, .text { overflow-wrap: anywhere; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: 1rem; top: -4rem; padding: .5rem .9rem; background: var(--raised); z-index: 1; }
.skip:focus { top: .75rem; }
.quiet, figcaption, .none { color: var(--quiet); }
nav ul { display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; margin: 1rem 0 0; padding: 0; list-style: none; }
nav a { display: inline-block; padding: .25rem 0; }
.note { border-left: 4px solid var(--mean); padding: .5rem .9rem; background: var(--raised); }
.key {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr)); gap: 1rem;
  margin: 1.25rem 0;
}
.key div { background: var(--raised); border: 1px solid var(--rule); border-radius: .5rem; padding: .9rem 1rem; }
.key dt { color: var(--quiet); font-size: .9rem; }
.key dd { margin: 0; }
.key dd + dd { color: var(--quiet); font-size: .9rem; }
.key .large { font-size: 1.9rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums; }
.terms { margin: .25rem 0 .5rem; }
.terms dt { font-weight: 600; }
.terms dd { margin: 0 0 .5rem; }
/* A shadow where columns are cut off at the right. What covers it moves with the table: at the table's end it is over it. */
.scroll {
  overflow-x: auto; max-width: 100%; margin: 1.25rem 0;
  background:
    linear-gradient(to left, var(--page) 40%, transparent) right / 3rem 100% no-repeat local,
    linear-gradient(to left, var(--more), transparent) right / 1.1rem 100% no-repeat scroll;
}
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0 0 .5rem; font-weight: 600; }
caption .quiet { font-weight: 400; display: block; }
caption > span { display: inline-block; position: sticky; left: 0; max-width: min(100%, calc(100vw - 3.25rem)); }
th, td { padding: .32rem .7rem; text-align: right; border-bottom: 1px solid var(--rule); vertical-align: top; }
th:first-child { padding-left: 0; }
th.text, td.text { text-align: left; }
thead th { color: var(--quiet); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; }
.scroll td.text { min-width: 10rem; }
.scroll th:first-child { min-width: 8rem; max-width: 45vw; position: sticky; left: 0; background: var(--page); }
.hit { color: var(--hit); }
.figures {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem;
  margin: 1rem 0; align-items: start;
}
figure { margin: 0; min-width: 0; }
.pair {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); gap: .5rem 2rem;
  align-items: start;
}
.pair > * { min-width: 0; }
.pair th, .pair td { padding-left: .55rem; padding-right: .55rem; }
.pair th:first-child { padding-left: 0; }
.pair figure { margin: 1.25rem 0; max-width: 34rem; }
figcaption strong { color: var(--text); font-weight: 600; }
figcaption { font-size: .9rem; margin-top: .35rem; }
svg {
  display: block; width: 100%; height: auto; background: var(--raised); border: 1px solid var(--rule);
  border-radius: .5rem;
}
svg text { font: 11px system-ui, sans-serif; fill: var(--text); font-variant-numeric: tabular-nums; }
.bar { fill: var(--bar); }
.other { fill: var(--other); }
.axis { stroke: var(--quiet); }
.grid { stroke: var(--rule); }
.whisker { stroke: var(--text); stroke-width: 1.5; }
.halo { stroke: var(--raised); stroke-width: 4; }
.mean { stroke: var(--mean); stroke-width: 2; }
.curve { fill: none; stroke: var(--bar); stroke-width: 2; }
.point { fill: var(--bar); }
details { margin: .5rem 0 1rem; }
summary { cursor: pointer; color: var(--link); padding: .25rem 0; }
.examples {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: 1rem;
  margin: 1rem 0;
}
.examples > div {
  background: var(--raised); border: 1px solid var(--rule); border-radius: .5rem; padding: .9rem 1rem;
  min-width: 0;
}
.examples table { width: 100%; }
.examples tbody th { width: 1%; padding-right: .75rem; color: var(--quiet); white-space: nowrap; }
.examples th, .examples td { border-bottom: 0; padding: .22rem 0; }
footer { padding-top: 2rem; padding-bottom: 3rem; color: var(--quiet); font-size: .9rem; }
@media (max-width: 30rem) {
  header, nav, main, footer { padding-left: 1rem; padding-right: 1rem; }
  h1 { font-size: 1.55rem; }
}
@media print {
  html { color-scheme: light; }
  nav, .skip { display: none; }
  body { background: #fff; font-size: 10pt; }
  h2 { break-after: avoid; }
  h3, caption { break-after: avoid; }
  figure, .examples > div, tr { break-inside: avoid; }
  .scroll { overflow: visible; background: none; }
  details::details-content { content-visibility: visible; height: auto; }
}
"""


def _variables(colours):
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


STYLE = (
    f":root {{ {_variables(LIGHT)} }}\n"
    f"@media (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}\n"
    # On paper, light whatever the screen was.
    f"@media print {{ :root {{ {_variables(LIGHT)} }} }}" + RULES
)
