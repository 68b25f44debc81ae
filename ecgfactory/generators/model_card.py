"""The model card: what the card, metadata and report of a dataset say about the model that made it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelCard:
    """A generator in words.

    Parameters
    ----------
    title : str
        Its name in sentences, as "Pulse2Pulse".
    kind : str
        What it is, with its article: records were "made by" it.
    origin : str
        Full sentences: what it is, whose, and where to get it; Markdown.
    limits : str
        Full sentences: the limits of its ECGs, besides those of all synthetic ones.
    paper : str
        Reference of the paper to cite; empty where there is none.
    bibtex : str
        The same as BibTeX.
    licence, licence_url : str
        Licence under which what it makes may be shared, as Hugging Face writes it, and its text.
    """

    title: str
    kind: str
    origin: str
    limits: str
    paper: str = ""
    bibtex: str = ""
    licence: str = "cc-by-4.0"
    licence_url: str = "https://creativecommons.org/licenses/by/4.0/"
