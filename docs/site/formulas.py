"""Formulas as MathML, which browsers set by themselves: no script, no network."""

import re

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

# A function's name and what it is of, where no bracket parts them.
APPLIED = re.compile(r"(<mo>&ApplyFunction;</mo>)(?!\s*<mo)")


def mathml(formula, **options):
    """A formula as MathML, with a thin space between "log" and its number or letter, which browsers do not add."""
    return APPLIED.sub(r'\1<mspace width="0.17em"></mspace>', tex2mathml(formula, **options))


def inline(writer, node):
    writer.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def block(writer, node):
    writer.body.append(f'<div class="formula">{mathml(node.astext(), as_block=True)}</div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True}
