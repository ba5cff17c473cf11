"""What Sphinx is told. `.ci/site` builds the site from a copy of the repository, whose root is the source folder here.

So a link from one page of Markdown to another is the same on the site as where the files are looked at. A link to any
other file, or to a folder, leads to a copy of it within the site, or to the address that `source_address` names.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import instahash

project, author, version = "instahash", "The instahash authors", instahash.__version__
release, copyright = version, author
# Where the repository's files can be read, such as "https://HOST/OWNER/instahash/blob/main/"; empty for copies of them.
source_address = os.environ.get("SOURCE_ADDRESS", "")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "myst_parser",
    "sphinx_copybutton",
    "api",
    "contents",
    "docstrings",
    "formulas",
    "sources",
]
root_doc = "docs/README"
include_patterns = ["*.md", "docs/**.md", "docs/**/*.md", "benchmarks/README.md", "api/*.rst"]
templates_path = ["templates"]
html_additional_pages = {"index": "index.html"}

myst_heading_anchors = 4
myst_fence_as_directive = ["math"]
# $...$ is a formula only where GitHub has it so: no space within its ends, no digit beside them.
myst_enable_extensions = ["dollarmath"]
myst_dmath_allow_space = myst_dmath_allow_digits = False
suppress_warnings = ["myst.header"]  # a page may begin below its title

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autosummary_ignore_module_all = False
highlight_language = "text"
python_maximum_signature_line_length = 100
add_module_names = False
toc_object_entries_show_parents = "hide"
copybutton_selector = "div.highlight-python pre, div.highlight-console pre, div.highlight-bash pre"

html_theme = "furo"
html_title = "instahash"
html_favicon = "../../instahash/explore/static/icon.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}
