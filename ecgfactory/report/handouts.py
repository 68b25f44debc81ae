"""Files of several records for people: pages, pictures, CSV, and the answers to a quiz."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from ecgfactory.errors import BadInputError
from ecgfactory.formats.csv_encoding import check_csv_dialect
from ecgfactory.record import CsvDialect, Record
from ecgfactory.report import export
from ecgfactory.report.analysis import analysis_page
from ecgfactory.report.answers import ROWS, answer_page, write_answer_table
from ecgfactory.report.clinical import clinical_page
from ecgfactory.report.course import Course
from ecgfactory.report.overview import overview_page
from ecgfactory.report.sheet import Sheet
from ecgfactory.report.style import PageStyle
from ecgfactory.report.traces import layout_name

MOST_PROBLEMS = 5
"""That are told: in a folder of many files, all may be in the way."""


@dataclass(frozen=True)
class Targets:
    """Where to write; what is None is not written.

    Parameters
    ----------
    pdf : Path, optional
        One PDF of all pages.
    png, csv : Path, optional
        Picture and signals of the only record.
    answers : Path, optional
        PDF or CSV of what was measured in each record, and the verdict on it.
    pdf_folder, png_folder : Path, optional
        Folder for a file per record, layout and paper.
    csv_folder : Path, optional
        Folder for a file per record.
    """

    pdf: Path | None = None
    png: Path | None = None
    csv: Path | None = None
    answers: Path | None = None
    pdf_folder: Path | None = None
    png_folder: Path | None = None
    csv_folder: Path | None = None

    @property
    def folders(self) -> list[Path]:
        """The folders among them."""
        return [folder for folder in (self.pdf_folder, self.png_folder, self.csv_folder) if folder is not None]


@dataclass(frozen=True)
class _File:
    """A file to write, what its name may end in, and how it is written."""

    path: Path
    suffixes: Sequence[str]
    write: Callable[[Path], None]


@dataclass(frozen=True)
class Handouts:
    """What is to be written of some records.

    Parameters
    ----------
    title : str
        Title of a PDF of several records.
    ids : sequence of str
        The records.
    read : callable
        Gives a record by its id, of a long one the stretch to be shown.
    read_course : callable
        Gives the course of a long record by its id, for its overview in PDFs; None of others.
    lead_names : tuple of str
        Leads of all of them.
    styles : sequence of PageStyle
        Each record gets a page in every one; those that are the same for these leads count once.
    with_analysis : bool
        Whether the analysis page follows the pages of a record.
    csv_dialect : {"standard", "decimal-comma"}
        Of CSV files.
    """

    title: str
    ids: Sequence[str]
    read: Callable[[str], Record]
    lead_names: tuple[str, ...]
    styles: Sequence[PageStyle]
    read_course: Callable[[str], Course | None] = lambda wanted: None
    with_analysis: bool = False
    csv_dialect: CsvDialect = "standard"

    def write(self, targets: Targets, overwrite: bool) -> list[Path]:
        """Write the files, after checking that all of them may be made.

        Returns
        -------
        list of Path
            The files.

        Raises
        ------
        BadInputError
            Naming everything that is in the way; nothing is written then.
        """
        files = list(self._files(targets))
        if problems := list(self._problems(targets, files, overwrite)):
            more = len(problems) - MOST_PROBLEMS
            raise BadInputError([*problems[:MOST_PROBLEMS], *([f"and {more:,} more like these."] if more > 0 else [])])
        for folder in targets.folders:
            folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            file.write(file.path)
        return [file.path for file in files]

    def _files(self, targets: Targets) -> Iterator[_File]:
        styles, first = self._styles_by_name, self.ids[0]
        if targets.pdf:
            yield _File(targets.pdf, (".pdf",), self._write_booklet)
        if targets.png:
            yield _File(targets.png, export.IMAGE_SUFFIXES, partial(self._write_page, first, self.styles[0]))
        if targets.csv:
            yield _File(targets.csv, (".csv",), partial(self._write_csv, first))
        if targets.answers:
            yield _File(targets.answers, (".pdf", ".csv"), self._write_answers)
        for wanted in self.ids:
            for folder, suffix in ((targets.pdf_folder, ".pdf"), (targets.png_folder, ".png")):
                for name, style in styles.items() if folder else ():
                    path = Path(folder or "", f"{wanted}-{name}{suffix}")
                    yield _File(path, (suffix,), partial(self._write_page, wanted, style))
            if targets.csv_folder:
                yield _File(targets.csv_folder / f"{wanted}.csv", (".csv",), partial(self._write_csv, wanted))

    def _problems(self, targets: Targets, files: Sequence[_File], overwrite: bool) -> Iterator[str]:
        if targets.png and len(self.ids) * len(self._styles_by_name) > 1:
            yield f"{targets.png}: a picture holds one record in one layout; give a folder for several (--png-dir)."
        if targets.csv and len(self.ids) > 1:
            yield f"{targets.csv}: a CSV file holds one record; give a folder for several (--csv-dir)."
        yield from (f"{folder}: is a file; choose a folder." for folder in targets.folders if folder.is_file())
        times = Counter(file.path.absolute() for file in files)
        yield from (f"{path}: is asked for twice; give each file its own name." for path in times if times[path] > 1)
        checks = [partial(export.check_analysis, self.styles[0], self.with_analysis)]
        checks += [partial(check_csv_dialect, self.csv_dialect)]
        checks += [
            partial(export.check_target, file.path, file.suffixes, self.with_analysis, overwrite) for file in files
        ]
        for check in checks:
            try:
                check()
            except BadInputError as error:
                yield from error.problems

    @cached_property
    def _styles_by_name(self) -> dict[str, PageStyle]:
        """Return the styles by what a file's name says of them, each once."""
        return {
            f"{layout_name(self.lead_names, style.layout)}-{style.paper}{_suffix(style)}": style
            for style in self.styles
        }

    def _write_page(self, wanted: str, style: PageStyle, path: Path) -> None:
        export.write_page(self.read(wanted), path, style, self.with_analysis, self._course(wanted, path, style))

    def _course(self, wanted: str, path: Path, style: PageStyle) -> Course | None:
        """Return the course of a long record, for a PDF; it would tell the answers to a quiz."""
        return None if style.quiz or path.suffix.lower() != ".pdf" else self.read_course(wanted)

    def _write_csv(self, wanted: str, path: Path) -> None:
        export.write_csv(self.read(wanted), path, self.csv_dialect)

    def _write_booklet(self, path: Path) -> None:
        pages = [page for wanted in self.ids for page in self._pages(wanted, path)]
        export.write_pages(path, pages, self.title)

    def _pages(self, wanted: str, path: Path) -> Iterator[export.PageMaker]:
        """Yield what draws the pages of a record, which is read then.

        First in all styles, then on each paper the overview of a long one, then its analysis.
        """
        styles = list(self._styles_by_name.values())
        for style in styles:
            yield partial(self._page, clinical_page, wanted, style)
        on_papers = list({style.paper: style for style in styles}.values())
        for style in on_papers:
            if (course := self._course(wanted, path, style)) is not None:
                yield partial(self._overview, course, wanted, style)
        for style in on_papers if self.with_analysis else ():
            yield partial(self._page, analysis_page, wanted, style)

    def _page(self, draw: Callable[[Record, PageStyle], Sheet], wanted: str, style: PageStyle) -> Sheet:
        return draw(self.read(wanted), style)

    def _overview(self, course: Course, wanted: str, style: PageStyle) -> Sheet:
        return overview_page(self.read(wanted), course, style)

    def _write_answers(self, path: Path) -> None:
        if path.suffix.lower() == ".csv":
            write_answer_table(map(self.read, self.ids), path, self.csv_dialect)
            return
        parts = [self.ids[start : start + ROWS] for start in range(0, len(self.ids), ROWS)]
        pages = [partial(self._answers, part) for part in parts]
        export.write_pages(path, pages, f"Answers, {self.title}")

    def _answers(self, ids: Sequence[str]) -> Sheet:
        return answer_page([self.read(wanted) for wanted in ids], self.title, self.styles[0])


def _suffix(style: PageStyle) -> str:
    return "-quiz" if style.quiz else "-marks" if style.marks else ""
