"""`ecgfactory serve` and `submit` as a user has them: real processes, a real server, a real browser.

One server is started for all tests; the last one stops it in the middle of a build and starts it again.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml
from playwright.sync_api import Page, Request, expect
from playwright.sync_api import TimeoutError as NotYet

from benchmarks.stores.servers import free_port
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.verify import verify
from ecgfactory.flows.end_with_worker import is_there
from ecgfactory.session.session_info import SessionInfo
from ecgfactory.session.sessions import sessions_of
from tests import looking
from tests.browsing import chromium
from tests.looking import found

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PATIENCE_S = 240.0
SILENCE_S = 45.0
"""Heartbeats come every 30 s, the fewest that Prefect allows."""

SMALL = {
    "name": "small",
    "records": 16,
    "seed": 3,
    "generator": {"batch": 8},
    "shard_records": 8,
    "formats": ["parquet"],
    "report": {"samples": 1},
    "workers": {"cpu": 1},
}
ENDLESS = SMALL | {"name": "endless", "records": 50_000, "report": {"samples": 0}}

Run = dict[str, Any]

until = partial(looking.until, patience_s=PATIENCE_S, every_s=0.2)


@dataclass
class Serving:
    """A running `ecgfactory serve`, in a folder of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[str]

    @property
    def ui(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: Any) -> Any:
        """Ask the API until it does something: a busy server may answer late, or 503 (Service Unavailable)."""

        def answered() -> httpx.Response | None:
            with contextlib.suppress(httpx.TransportError):
                answer = httpx.request(method, f"{self.ui}/api/{path}", json=body, timeout=30)
                return None if answer.is_server_error else answer
            return None

        answer = until(answered, f"the answer on {path}")
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def filtered(self, what: str, **filters: Any) -> list[Run]:
        return list(self.ask("POST", f"{what}/filter", filters))

    def run_named(self, name: str) -> Run | None:
        found = self.filtered("flow_runs", flow_runs={"name": {"any_": [name]}})
        return found[0] if found else None

    def schedule(self, deployment: str) -> tuple[str, Run]:
        """The id of a deployment, and its only schedule."""
        (found,) = self.filtered("deployments", deployments={"name": {"any_": [deployment]}})
        (schedule,) = found["schedules"]
        return found["id"], schedule


def command(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return subprocess.Popen(
        [sys.executable, "-m", "ecgfactory", *map(str, arguments)],
        cwd=cwd,
        env=inherited | {"PYTHONPATH": path} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str], exit_code: int) -> tuple[str, str]:
    printed, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == exit_code, errors or printed
    assert "Traceback" not in errors
    return printed, errors


SHADOWS = ("flows.py", "tasks.py", "logging.py", "random.py", "torch.py", "yaml.py", "prefect.py", "distributed.py")
SHADOW_FOLDERS = ("numpy", "configs", "deployments", "tests", "dask")


def put_shadows(folder: Path) -> None:
    """Put files with the names of modules into a user's folder, and a folder of datasets with that of the package."""
    for name in SHADOW_FOLDERS:
        (folder / name).mkdir()
    for name in (*SHADOWS, *(f"{name}/__init__.py" for name in SHADOW_FOLDERS)):
        (folder / name).write_text("raise RuntimeError(f'{__file__} was imported')")
    (folder / "ecgfactory" / "quickstart").mkdir(parents=True)


def start(folder: Path, port: int) -> Serving:
    process = command("serve", "--port", str(port), "--state", "state", "--watch-folder", "inbox", cwd=folder)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(6)]
    assert f"http://127.0.0.1:{port}" in lines[0], (folder / "state" / "logs" / "server.log").read_text()[-2000:]
    return Serving(folder, port, process)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("serving")
    put_shadows(folder)
    running = start(folder, free_port())
    yield running
    stop(running)


def stop(running: Serving) -> None:
    """Stop it, and see that nothing that it started is left."""
    family = psutil.Process(running.process.pid).children(recursive=True)
    running.process.send_signal(signal.SIGTERM)
    finished(running.process, 0)
    looking.until(lambda: not any(map(is_there, family)), "the end of each process", patience_s=20.0)


@pytest.fixture(scope="module")
def killed(serving: Serving) -> str:
    """Id of the run of an `ecgfactory build` on the server that was killed after its first heartbeat."""
    (serving.folder / "killed.yaml").write_text(yaml.safe_dump(ENDLESS | {"name": "killed"}))
    _set_silence(serving)
    process = command("build", "killed.yaml", cwd=serving.folder, PREFECT_API_URL=f"{serving.ui}/api")
    session = until(lambda: sessions_of(serving.folder / "datasets"), "the session")[0].session_id
    resource = {"id": [f"prefect.flow-run.{session}"]}
    heartbeats = {"event": {"name": ["prefect.flow-run.heartbeat"]}, "resource": resource}
    until(lambda: serving.ask("POST", "events/filter", {"filter": heartbeats})["events"], "a heartbeat")
    process.kill()
    process.communicate()
    return session


def _set_silence(serving: Serving) -> None:
    name = {"name": {"any_": ["ecgfactory: mark dead runs as crashed"]}}
    (automation,) = serving.filtered("automations", automations=name)
    wanted = {key: automation[key] for key in ("name", "description", "enabled", "trigger", "actions")}
    wanted["trigger"] |= {"within": SILENCE_S}
    serving.ask("PUT", f"automations/{automation['id']}", wanted)


@pytest.fixture(scope="module")
def submit(serving: Serving) -> Callable[..., subprocess.Popen[str]]:
    """Submit from another folder than the one in which `serve` was started."""
    elsewhere = serving.folder / "elsewhere"
    elsewhere.mkdir()
    put_shadows(elsewhere)

    def submit_request(request: dict[str, Any], *options: str) -> subprocess.Popen[str]:
        (elsewhere / "request.yaml").write_text(yaml.safe_dump(request))
        return command("submit", "request.yaml", *options, cwd=elsewhere, PREFECT_API_URL=f"{serving.ui}/api")

    return submit_request


def test_deployments_are_as_described_and_their_schedules_run(serving: Serving) -> None:
    found = {deployment["name"]: deployment for deployment in serving.filtered("deployments")}
    assert set(found) == {"build", "nightly", "daily"}
    assert all("ecgfactory" in deployment["tags"] and deployment["description"] for deployment in found.values())
    assert all(deployment["global_concurrency_limit"]["limit"] == 1 for deployment in found.values())
    assert {name: len(deployment["schedules"]) for name, deployment in found.items()} == {
        "build": 0,
        "nightly": 1,
        "daily": 1,
    }

    def scheduled() -> set[str]:
        runs = serving.filtered("flow_runs", flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}})
        return {run["deployment_id"] for run in runs}

    until(lambda: scheduled() == {found["nightly"]["id"], found["daily"]["id"]}, "scheduled runs")


def test_the_server_listens_on_loopback_only(serving: Serving) -> None:
    below = [psutil.Process(serving.process.pid), *psutil.Process(serving.process.pid).children(recursive=True)]
    listening = [
        connection.laddr.ip
        for process in below
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {"127.0.0.1"}


def test_a_second_one_says_so_in_a_sentence(serving: Serving) -> None:
    same_port = command("serve", "--port", str(serving.port), "--state", "other", cwd=serving.folder)
    same_state = command("serve", "--port", str(free_port()), "--state", "state", cwd=serving.folder)
    _, errors = finished(same_port, 2)
    assert re.fullmatch(rf"ecgfactory: port {serving.port} of .* Stop it, or choose another with --port\.\n", errors)
    _, errors = finished(same_state, 2)
    assert re.search(r"another `ecgfactory serve` uses .*state; stop it", errors)


def test_in_a_browser_from_the_form_to_the_artifacts(killed: str, serving: Serving, tmp_path: Path) -> None:
    pictures = Path(os.environ.get("ECGFACTORY_SCREENSHOTS") or tmp_path)
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        page.set_default_timeout(PATIENCE_S * 1000)
        expect.set_options(timeout=PATIENCE_S * 1000)
        outside: set[tuple[str, str | None]] = set()
        page.on("requestfinished", lambda request: note_outside(request, outside))
        page.on("requestfailed", lambda request: note_outside(request, outside))
        page.goto(serving.ui)
        page.get_by_role("link", name="Deployments").click()
        page.get_by_role("link", name="build", exact=True).click()
        page.get_by_role("button", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Custom run").click()
        fill(page, {"Duration (s)": "7", "Name of the dataset": "no good"})
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_text("7 is less than the minimum of 10").first).to_be_visible()
        expect(page.get_by_text("'no good' does not match").first).to_be_visible()
        page.screenshot(path=pictures / "form.png", full_page=True)

        fill(page, {"Duration (s)": "10", "Name of the dataset": "from-a-browser", "Records": "16"})
        page.mouse.move(400, 10)  # off the message over the button, which stays while it is pointed at
        submit_form(page)
        run = until(lambda: serving.run_named("build-from-a-browser"), "the run")
        page.goto(f"{serving.ui}/v2/runs/flow-run/{run['id']}")
        expect(page.get_by_text("Completed", exact=True).first).to_be_visible()
        page.get_by_role("tab", name="Artifacts").click()
        for key in ("progress", "summary", "dataset-card", "report"):
            expect(page.get_by_text(key, exact=True).first).to_be_visible()
        page.screenshot(path=pictures / "run.png", full_page=True)
        artifacts = {
            artifact["key"]: artifact["id"]
            for artifact in serving.filtered("artifacts", flow_runs={"id": {"any_": [run["id"]]}})
        }
        page.goto(f"{serving.ui}/v2/artifacts/artifact/{artifacts['summary']}")
        expect(page.get_by_role("cell", name=re.compile(r"16 of \d+ candidates"))).to_be_visible()
        page.screenshot(path=pictures / "summary.png")
        page.goto(f"{serving.ui}/v2/artifacts/artifact/{artifacts['dataset-card']}")
        # Asked of the page anew each time, since it is laid out again, with another element, once the picture is there.
        drawn = "img => /ECG \\d{8}/.test(img.alt) && img.complete && img.naturalWidth > 0 && img.clientWidth > 300"
        page.wait_for_function(f"() => [...document.images].some({drawn})")
        expect(page.get_by_text("Synthetic, not for diagnosis")).to_be_visible()
        page.screenshot(path=pictures / "card.png")
        assert all(failure == "csp" for _, failure in outside), "a page reached for something outside"
    assert verify(serving.folder / "datasets" / "from-a-browser").manifest.records == 16


def submit_form(page: Page) -> None:
    """Click until the form is left, as people do: it ignores a click while it still holds what an older check found."""
    deadline = time.monotonic() + PATIENCE_S
    form = page.url
    while page.url == form:
        assert time.monotonic() < deadline, f"the form was not left: {page.inner_text('body')[-1000:]}"
        with contextlib.suppress(NotYet):
            page.get_by_role("button", name="Submit").click(timeout=5_000)
            page.wait_for_url(lambda url: url != form, timeout=30_000)


def note_outside(request: Request, found: set[tuple[str, str | None]]) -> None:
    if httpx.URL(request.url).host not in {"127.0.0.1", ""}:
        found.add((request.url, request.failure))


def fill(page: Page, values: dict[str, str]) -> None:
    for label, value in values.items():
        page.get_by_label(re.compile(rf"^{re.escape(label)}( \(Optional\))?$")).fill(value)


Submit = Callable[..., subprocess.Popen[str]]


def test_submitting_and_watching_to_the_end(submit: Submit, serving: Serving) -> None:
    printed, _ = finished(submit(SMALL, "--watch", "--set", "name=submitted"), 0)
    assert f"submitted: {serving.ui}/runs/flow-run/" in printed
    assert re.search(r"records +16 of 16 candidates", printed)
    dataset = serving.folder / "elsewhere" / "datasets" / "submitted"  # relative to where it was submitted
    assert Dataset(dataset).manifest.records == 16
    assert str(dataset) in printed


def test_a_request_that_the_worker_can_not_do_fails_with_its_reason(submit: Submit, serving: Serving) -> None:
    _, errors = finished(submit(SMALL, "--watch", "--set", "output=/proc/here"), 2)
    assert re.search(r"^ecgfactory: .*output: .* in /proc; .*choose another.*\.$", errors, re.MULTILINE)
    assert "BadInputError" not in errors


def test_files_in_the_watched_folder_are_submitted_once_or_rejected_with_the_reason(serving: Serving) -> None:
    inbox = serving.folder / "inbox"
    (inbox / "again.yaml").write_text(yaml.safe_dump(SMALL | {"name": "submitted", "output": "elsewhere/datasets"}))
    (inbox / "wrong.yml").write_text("name: no good\nrecords: 3\n")
    (inbox / "notes.txt").write_text("not a request")
    (inbox / "link.yaml").symlink_to("notes.txt")
    (inbox / "deep.yaml").write_text("[" * 5000)
    moved = [inbox / "accepted" / "again.yaml", inbox / "rejected" / "wrong.yml"]
    until(lambda: all(path.exists() for path in moved) and not (inbox / "link.yaml").is_symlink(), "the files")
    accepted, rejected = ((path.parent / f"{path.name}.txt").read_text() for path in moved)
    assert "wrong.yml:1: name: 'no good' can't be a folder name" in rejected
    run_id = accepted.strip().rpartition("/")[2]

    def state() -> str:
        (run,) = serving.filtered("flow_runs", flow_runs={"id": {"any_": [run_id]}})
        return str(run["state_type"])

    until(lambda: state() == "COMPLETED", "the end of the run")
    assert len(serving.filtered("flow_runs", flow_runs={"name": {"any_": ["build-submitted"]}})) == 2
    assert {path.name for path in inbox.iterdir()} == {"accepted", "rejected", "notes.txt"}
    assert (inbox / "rejected" / "link.yaml").is_symlink()
    assert "more than 20 levels" in (inbox / "rejected" / "deep.yaml.txt").read_text()


def test_a_run_that_is_cancelled_in_the_ui_can_be_resumed(submit: Submit, serving: Serving) -> None:
    process = submit(ENDLESS, "--watch", "--set", "name=cancelled")
    output = serving.folder / "elsewhere" / "datasets"
    until(lambda: found(output, ".sessions/*/ledger/[!.]*.json"), "a committed shard")
    run = serving.run_named("build-cancelled")
    assert run is not None
    body = {"state": {"type": "CANCELLING", "name": "Cancelling"}, "force": False}
    serving.ask("POST", f"flow_runs/{run['id']}/set_state", body)
    _, errors = finished(process, 130)
    assert "the run was cancelled; the same request goes on" in errors
    (session,) = sessions_of(output)
    assert session.is_resumable


def test_a_killed_run_does_not_stay_running(killed: str, serving: Serving) -> None:
    def state() -> Run:
        (run,) = serving.filtered("flow_runs", flow_runs={"id": {"any_": [killed]}})
        return dict(run["state"])

    ended = until(lambda: (now := state())["type"] != "RUNNING" and now, "the crash")
    assert ended["type"] == "CRASHED"
    assert "heartbeats stopped" in ended["message"]


def test_a_killed_worker_and_server_are_started_again_and_the_next_build_completes(
    submit: Submit, serving: Serving
) -> None:
    """Both at once, in the middle of a build, whose process must not live on with the only slot."""
    finished(submit(ENDLESS, "--set", "name=orphan"), 0)
    output = serving.folder / "elsewhere" / "datasets"
    until(lambda: any(session.name == "orphan" and session.committed for session in sessions_of(output)), "a shard")
    children = psutil.Process(serving.process.pid).children()
    (flow,) = [run for child in children for run in child.children()]
    for child in children:
        child.kill()
    assert serving.process.stdout is not None
    said = {f"the Prefect {what} was killed by SIGKILL; it is started again\n": what for what in ("server", "worker")}
    while said:  # in any order
        line = serving.process.stdout.readline()
        assert line, "serve goes on, and says so"
        if what := said.pop(line, ""):
            assert line in (serving.folder / "state" / "logs" / f"{what}.log").read_text()
    flow.wait(timeout=PATIENCE_S)
    finished(submit(SMALL, "--watch", "--set", "name=after-the-kill"), 0)
    run = serving.run_named("build-orphan")
    assert run is not None
    assert run["state_type"] in {"CRASHED", "FAILED"}


def test_stopping_in_the_middle_of_a_build_and_starting_again(serving: Serving, submit: Submit) -> None:
    deployment, schedule = serving.schedule("nightly")
    serving.ask("PATCH", f"deployments/{deployment}/schedules/{schedule['id']}", {"active": False})
    finished(submit(ENDLESS, "--set", "name=interrupted"), 0)
    output = serving.folder / "elsewhere" / "datasets"

    def session() -> SessionInfo | None:
        return next((session for session in sessions_of(output) if session.name == "interrupted"), None)

    until(lambda: (now := session()) and now.committed, "a committed shard")
    stop(serving)
    stopped = session()
    assert stopped is not None
    assert stopped.is_resumable

    serving.process = start(serving.folder, serving.port).process
    assert serving.schedule("nightly")[1]["active"] is False
    assert serving.schedule("daily")[1]["active"] is True
    run = serving.run_named("build-interrupted")
    assert run is not None
    assert run["state_type"] in {"CRASHED", "FAILED"}  # the signal may hit where any exception becomes another
