"""Every job of a build is a task as well: a pool of a flow starts no other."""

from __future__ import annotations

import inspect

from ecgfactory.line import jobs
from ecgfactory.tasks.jobs import TASKS


def test_each_job_has_its_task_with_the_same_parameters() -> None:
    functions = [function for _, function in inspect.getmembers(jobs, inspect.isfunction)]
    of_workers = {function for function in functions if "workspace_root" in inspect.signature(function).parameters}
    of_workers = {function for function in of_workers if not function.__name__.startswith("_")}
    assert TASKS.keys() == of_workers
    for function, its_task in TASKS.items():
        assert inspect.signature(its_task.fn).parameters.keys() == inspect.signature(function).parameters.keys()
