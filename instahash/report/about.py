"""What the page says besides the result: what was evaluated, on what, with which settings and at what cost."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class About:
    """All of it is shown as given; what is empty is left out.

    data, model, baselines : str, names of the posts, of the model and of the posts that baselines were fitted on.
    header : dict, "mode", "settings", "sizes", "summary", "history" and "versions" as model.json has them.
    defaults : dict, the mode's own settings, in the form of header["settings"].
    seconds : dict of step -> float.  files : dict of file name -> bytes.  versions : dict of package -> str.
    posts_read, seed : int.  date : str.  warning : str, why not to trust the figures.
    """

    data: str = ""
    model: str = ""
    baselines: str = ""
    header: dict = field(default_factory=dict)
    defaults: dict = field(default_factory=dict)
    seconds: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    versions: dict = field(default_factory=dict)
    posts_read: int = 0
    seed: int = 0
    date: str = ""
    warning: str = ""
