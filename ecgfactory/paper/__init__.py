"""Printed ECGs: pages, what happens to them, and pictures of them with the truth about every point.

    from ecgfactory import paper

    picture = paper.render(signal, 360, ["MLII", "V5"], paper.PaperStyle(colour="blue", damage="photo"), seed=7)
    picture.pixels, picture.mask, picture.truth
    picture.save("ecg.png")                      the truth as ecg.json and the mask as ecg_mask.png beside it

Each name is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecgfactory.paper.arrays import render as render
    from ecgfactory.paper.picture import Picture as Picture
    from ecgfactory.paper.style import PaperStyle as PaperStyle
    from ecgfactory.paper.variety import Variety as Variety

_MODULES = {"PaperStyle": "style", "Picture": "picture", "Variety": "variety", "render": "arrays"}
"""Where each offered name lives. None of them is the name of a module in this folder, which would hide it."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'ecgfactory.paper' has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
