"""The `ecgfactory` command."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ecgfactory.errors import EcgFactoryError

app = typer.Typer(
    name="ecgfactory",
    help="Build, check and look at datasets of synthetic ECGs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

RequestFile = Annotated[Path, typer.Argument(metavar="FILE.yaml", help="The build request.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Replace a key of the request; a dot separates section and key."),
]
DatasetPath = Annotated[Path, typer.Argument(metavar="DATASET", help="Folder of the dataset, or of its name.")]


@app.command()
def build(
    file: RequestFile,
    settings: Settings = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Folder for the dataset, instead of the file's.")
    ] = None,
) -> None:
    """Build the dataset that a request asks for; exit 0 only when it is published."""
    from ecgfactory.cli.build import build_file

    build_file(file, [*(settings or []), *([f"output={output}"] if output else [])])


@app.command()
def validate(file: RequestFile, settings: Settings = None) -> None:
    """Check a request; print everything that is wrong with it, with line and fix."""
    from ecgfactory.cli.build import validate_file

    validate_file(file, settings or [])


@app.command()
def verify(dataset: DatasetPath) -> None:
    """Check a dataset: hashes, counts, lead identities, and every record in every format."""
    from ecgfactory.cli.inspect import verify_dataset

    verify_dataset(dataset)


@app.command()
def assess(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A WFDB record, CSV or Parquet file, or a folder.")],
    policy: Annotated[str, typer.Option(help="Shipped policy, or path of a policy file.")] = "basic",
    rate: Annotated[
        float | None, typer.Option(metavar="HZ", help="Sampling rate of CSV and Parquet files that do not state it.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON list for machines.")] = False,
) -> None:
    """Assess the quality of any ECG; a rejected one is a result, an unreadable one an error."""
    from ecgfactory.cli.assess import assess_path

    assess_path(path, policy, rate, json)


@app.command()
def show(
    dataset: DatasetPath,
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Record id; leading zeros may be left out.")],
    pdf: Annotated[Path | None, typer.Option(help="Write the clinical page as PDF.")] = None,
    png: Annotated[Path | None, typer.Option(help="Write the clinical page as a picture: .png, .webp or .svg.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the signals as CSV.")] = None,
    analysis: Annotated[bool, typer.Option("--analysis", help="Add the NeuroKit2 analysis page to the PDF.")] = False,
    layout: Annotated[str, typer.Option(help="Rows x columns: 3x4, 6x2 or 12x1.")] = "3x4",
    gain: Annotated[int, typer.Option(metavar="MM_PER_MV", help="5, 10 or 20 mm/mV.")] = 10,
    speed: Annotated[int, typer.Option(metavar="MM_PER_S", help="25 or 50 mm/s.")] = 25,
    colours: Annotated[str, typer.Option(help="red or black-and-white.")] = "red",
) -> None:
    """Show one record: its features, and its signals as PDF, picture or CSV."""
    from ecgfactory.cli.inspect import page_style, show_record

    show_record(dataset, record, (pdf, png, csv), page_style(layout, gain, speed, colours), analysis)


@app.command()
def retention(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="The retention request.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be deleted.")] = False,
) -> None:
    """Delete what dead sessions left, and datasets that no rule keeps."""
    from ecgfactory.cli.retention import clean_up

    clean_up(file, dry_run)


@app.command()
def sessions(
    output: Annotated[Path, typer.Option("--output", help="Folder that holds the datasets.")] = Path("datasets"),
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
        typer.Option(metavar="DIR", help="Folder of database and logs; PREFECT_HOME, or one below ~/.local/share."),
    ] = None,
    watch_folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Submit each YAML file that is put into this folder.")
    ] = None,
) -> None:
    """Run a Prefect server with the deployments and a worker, until Ctrl-C."""
    from ecgfactory.cli import serve as serving

    serving.serve(port, state or serving.default_state(), watch_folder)


@app.command()
def report(dataset: DatasetPath) -> None:
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
