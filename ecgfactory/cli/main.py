"""The `ecgfactory` command."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ecgfactory.cli.paths import AnyPlace, given_options, path_argument, path_option, place_argument, place_option
from ecgfactory.errors import BadInputError, EcgFactoryError

app = typer.Typer(
    name="ecgfactory",
    help="Build, check and look at datasets of synthetic ECGs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

RequestFile = Annotated[Path, path_argument("FILE.yaml", "The build request.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Replace a key of the request; a dot separates section and key."),
]
DatasetPlace = Annotated[AnyPlace, place_argument("DATASET", "Folder or s3:// address of the dataset, or of its name.")]
EcgPlace = Annotated[
    AnyPlace,
    place_argument(
        "PATH", "WFDB, EDF, DICOM, NumPy, WebDataset, Parquet, a text table (CSV, ...), or a folder; s3:// too."
    ),
]
Rate = Annotated[float | None, typer.Option("--rate", metavar="HZ", help="Sampling rate, instead of the file's.")]
Unit = Annotated[
    str | None,
    typer.Option(
        "--unit",
        metavar="U",
        help="Unit of the values, instead of the file's: uV, mV, V, 0.1mV, or ADC:GAIN:ZERO (per mV, at 0 mV).",
    ),
]
Leads = Annotated[
    str | None,
    typer.Option("--leads", metavar="A,B", help="Names of the signals, in the file's order, instead of its own."),
]
LeadMap = Annotated[
    list[str] | None,
    typer.Option("--lead-map", metavar="X=II", help="The lead that a signal is; may be repeated."),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there already.")]


@app.command()
def build(
    file: RequestFile,
    settings: Settings = None,
    output: Annotated[
        AnyPlace, place_option("DIR", "Folder for the dataset, or s3://bucket/prefix, instead of the file's.")
    ] = None,
) -> None:
    """Build the dataset that a request asks for; exit 0 only when it is published."""
    from ecgfactory.cli.build import build_file

    build_file(file, settings or [], output)


@app.command()
def validate(
    file: RequestFile,
    candidates: Annotated[
        int | None, typer.Argument(metavar="N", min=1, max=100_000, help="Candidates of the probe, 400 if absent.")
    ] = None,
    settings: Settings = None,
    probe: Annotated[
        bool, typer.Option("--probe", help="Make candidates, and tell yield, time and what match can't reach.")
    ] = False,
) -> None:
    """Check a request; print everything that is wrong with it, with line and fix."""
    from ecgfactory.cli.build import validate_file

    if candidates and not probe:
        raise BadInputError(f"{candidates} candidates are for a probe; add --probe, or leave the number out.")
    request = validate_file(file, settings or [])
    if probe:
        from ecgfactory.cli.probe import probe_request

        probe_request(request, candidates)


@app.command()
def verify(dataset: DatasetPlace) -> None:
    """Check a dataset: hashes, counts, lead identities, and every record in every format."""
    from ecgfactory.cli.inspect import verify_dataset

    verify_dataset(dataset)


@app.command()
def assess(
    path: EcgPlace,
    policy: Annotated[
        str, typer.Option(help="Shipped policy (strict needs leads I and II), or path of a file.")
    ] = "basic",
    rate: Rate = None,
    unit: Unit = None,
    leads: Leads = None,
    lead_map: LeadMap = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list for machines.")] = False,
) -> None:
    """Assess the quality of any ECG; a rejected one is a result, an unreadable one an error.

    What is said here overrules the files, and what they say overrules guesses; each guess is printed.
    """
    from ecgfactory.cli.assess import assess_path
    from ecgfactory.cli.stated import stated_of

    assess_path(path, policy, stated_of(rate, unit, leads, lead_map), as_json)


@app.command()
def annotate(
    path: EcgPlace,
    output: Annotated[
        Path | None, path_option("DIR", "Folder for the files; without it, annotations/, but JSON is printed.")
    ] = None,
    format: Annotated[
        str, typer.Option(metavar="wfdb|parquet|json", help="Files for each record, or one for all of them.")
    ] = "wfdb",
    rate: Rate = None,
    unit: Unit = None,
    leads: Leads = None,
    lead_map: LeadMap = None,
    overwrite: Overwrite = False,
) -> None:
    """Mark P, QRS and T of every beat of any ECG, in samples of its own rate.

    WFDB: RECORD.atr over all leads, and RECORD.ii for lead II. What is said here overrules the files.
    """
    from ecgfactory.cli.annotate import annotate_path
    from ecgfactory.cli.stated import stated_of

    annotate_path(path, stated_of(rate, unit, leads, lead_map), output, format, overwrite)


@app.command()
def compare(
    dataset: Annotated[AnyPlace, place_argument("DATASET", "Folder of a dataset, or any ECGs that `assess` reads.")],
    reference: Annotated[AnyPlace, place_argument("REFERENCE", "What it is held against: the same.")],
    holdout: Annotated[
        AnyPlace, place_option("PATH", "More ECGs of the reference's kind, which no generator learnt from.")
    ] = None,
    rate: Rate = None,
    unit: Unit = None,
    leads: Leads = None,
    lead_map: LeadMap = None,
    json_file: Annotated[Path | None, path_option("FILE", "Write all numbers as JSON.", "--json")] = None,
    output: Annotated[Path | None, path_option("DIR", "Write page, PDF and JSON here.")] = None,
    overwrite: Overwrite = False,
) -> None:
    """Compare ECGs with real ones: what tells them apart, what they cover, and whether any is a copy.

    Rate, unit and leads are said of REFERENCE and of the holdout.
    """
    from ecgfactory.cli.compare import compare_paths
    from ecgfactory.cli.stated import stated_of

    compare_paths(dataset, reference, holdout, stated_of(rate, unit, leads, lead_map), json_file, output, overwrite)


@app.command()
def profile(
    reference: Annotated[
        AnyPlace,
        place_argument("REFERENCE", "Real ECGs as `assess` reads them, or a dataset."),
    ],
    output: Annotated[Path, path_option("FILE", "The profile to write, as JSON.")],
    for_request: Annotated[
        Path | None,
        path_option("FILE.yaml", "The request that will follow it: its generator, signal and policy.", "--for"),
    ] = None,
    use: Annotated[str, typer.Option(metavar="half|all", help="How many of the ECGs to fit on.")] = "half",
    rate: Rate = None,
    unit: Unit = None,
    leads: Leads = None,
    lead_map: LeadMap = None,
    overwrite: Overwrite = False,
) -> None:
    """Find out what sets real ECGs apart from generated ones, for `match` of a request to follow."""
    from ecgfactory.cli.profile import write_profile
    from ecgfactory.cli.stated import stated_of

    write_profile(reference, output, for_request, use, stated_of(rate, unit, leads, lead_map), overwrite)


@app.command()
def show(
    context: typer.Context,
    dataset: DatasetPlace,
    records: Annotated[
        list[str],
        typer.Argument(metavar="RECORD", help="Ids like 12, ranges like 0-9, or `samples`: those of the report."),
    ],
    pdf: Annotated[Path | None, path_option("FILE", "Write the clinical pages as one PDF.")] = None,
    png: Annotated[Path | None, path_option("FILE", "Write the clinical page as picture: .png, .webp or .svg.")] = None,
    csv: Annotated[Path | None, path_option("FILE", "Write the signals as CSV.")] = None,
    pdf_dir: Annotated[Path | None, path_option("DIR", "Write a PDF per record, layout and paper here.")] = None,
    png_dir: Annotated[Path | None, path_option("DIR", "Write a PNG per record, layout and paper here.")] = None,
    csv_dir: Annotated[Path | None, path_option("DIR", "Write a CSV file per record here.")] = None,
    layout: Annotated[str, typer.Option(help="Rows x columns: 3x4, 6x2, 12x1; several with commas, or all.")] = "3x4",
    paper: Annotated[str, typer.Option(help="A4, Letter, or all.")] = "A4",
    gain: Annotated[int, typer.Option(metavar="MM_PER_MV", help="5, 10 or 20 mm/mV.")] = 10,
    speed: Annotated[int, typer.Option(metavar="MM_PER_S", help="25 or 50 mm/s.")] = 25,
    colours: Annotated[str, typer.Option(help="red or black-and-white.")] = "red",
    analysis: Annotated[bool, typer.Option("--analysis", help="Add the analysis page.")] = False,
    marks: Annotated[bool, typer.Option("--marks", help="Mark P, QRS and T of every beat.")] = False,
    quiz: Annotated[bool, typer.Option("--quiz", help="Leave measurements and verdict out of the pages.")] = False,
    answers: Annotated[Path | None, path_option("FILE", "Write measurements and verdicts as PDF or CSV.")] = None,
    csv_dialect: Annotated[
        str, typer.Option(help="standard, or decimal-comma: as German, French and other spreadsheets read it.")
    ] = "standard",
    clean: Annotated[bool, typer.Option("--clean", help="Show the clean twins, without artefacts.")] = False,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Show 10 s from a time on: 1:02:03, or in seconds.")
    ] = None,
    image: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Show the N-th picture of each record instead, from 0."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="With --image: draw it again, and hold it against what is stored.")
    ] = False,
    output: Annotated[
        Path | None, path_option("DIR", "With --image: copy the picture, its mask and its truth here.")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Show records: what was measured, and their signals as PDF, picture or CSV; or the pictures of a dataset."""
    if image is not None:
        from ecgfactory.cli.show_image import check_alone, show_images

        check_alone(given_options(context))
        show_images(dataset, records, image, output, overwrite, again)
        return
    from ecgfactory.cli.show import check_used, page_styles, show_records
    from ecgfactory.report.handouts import Targets

    targets = Targets(pdf, png, csv, answers, pdf_dir, png_dir, csv_dir)
    check_used(given_options(context))
    styles = page_styles(layout, paper, gain, speed, colours, quiz, marks)
    show_records(dataset, records, targets, styles, analysis, csv_dialect, overwrite, clean, at)


@app.command()
def retention(
    file: Annotated[Path, path_argument("FILE.yaml", "The retention request.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be deleted.")] = False,
) -> None:
    """Delete what dead sessions left, and datasets that no rule keeps."""
    from ecgfactory.cli.retention import clean_up

    clean_up(file, dry_run)


@app.command()
def sessions(
    output: Annotated[AnyPlace, place_option("DIR", "Where datasets are: a folder, or s3://bucket/prefix.")] = Path(
        "datasets"
    ),
) -> None:
    """List the sessions of an output folder: which run, which died, which can be resumed."""
    from ecgfactory.cli.sessions import list_sessions

    list_sessions(output)


@app.command()
def submit(
    file: RequestFile,
    settings: Settings = None,
    watch: Annotated[bool, typer.Option("--watch", help="Show progress, and exit as the run ends.")] = False,
) -> None:
    """Have a request built by the deployment on the server that PREFECT_API_URL names."""
    from ecgfactory.cli.submit import submit_file

    submit_file(file, settings or [], watch)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port of the Prefect UI and API, on loopback.")] = 4200,
    state: Annotated[
        Path | None,
        path_option("DIR", "Folder of database and logs; PREFECT_HOME, or one below ~/.local/share."),
    ] = None,
    watch_folder: Annotated[
        Path | None, path_option("DIR", "Submit each YAML file that is put into this folder.")
    ] = None,
) -> None:
    """Run a Prefect server with the deployments and a worker, until Ctrl-C."""
    from ecgfactory.cli import serve as serving

    serving.serve(port, state or serving.default_state(), watch_folder)


@app.command()
def report(dataset: DatasetPlace) -> None:
    """Make the reports of a dataset again, replacing the old ones."""
    from ecgfactory.cli.inspect import remake_reports

    remake_reports(dataset)


def fail(message: str, exit_code: int) -> NoReturn:
    """Print what is wrong to stderr and exit."""
    for line in message.splitlines():
        print(f"ecgfactory: {line}", file=sys.stderr)  # noqa: T201
    sys.exit(exit_code)


def main() -> None:
    """Run the command line."""
    os.environ["PYTHONSAFEPATH"] = "1"  # no process that it starts imports from the working folder
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of ECGs may hold what its encoding lacks
    run(app)


def run(command: Callable[[], object]) -> None:
    """Run a command; every expected error is one sentence and an exit code."""
    try:
        command()
    except EcgFactoryError as error:
        fail(str(error), error.exit_code)
    except OSError as error:
        fail(f"{error.filename or 'system'}: {error.strerror or error}", 1)
    except Exception as error:
        if os.environ.get("ECGFACTORY_TRACEBACK"):
            raise
        fail(
            f"unexpected {type(error).__name__}: {error}; set ECGFACTORY_TRACEBACK=1 to see where, and report it.",
            1,
        )


if __name__ == "__main__":
    main()
