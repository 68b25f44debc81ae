"""What a request needs of this machine before it is started: files, disk space, a device."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from functools import lru_cache
from pathlib import Path

from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.documents.file import is_file, kind_of
from ecgfactory.errors import BadInputError
from ecgfactory.formats import FORMATS
from ecgfactory.formats.long_record import LONGEST_WHOLE_S
from ecgfactory.generators import GENERATORS
from ecgfactory.generators.base import Generator
from ecgfactory.generators.checkpoint import Checkpoint
from ecgfactory.leads import lead_names
from ecgfactory.quality.policy import load_policy, shipped_policies
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.devices import gpu_count
from ecgfactory.request.disk_space import estimated_bytes, scratch_bytes, staged_bytes
from ecgfactory.request.match_request import share_problems
from ecgfactory.request.paths import SESSIONS
from ecgfactory.request.reference import is_there
from ecgfactory.request.reference_request import ReferenceRequest
from ecgfactory.request.work import workers_here
from ecgfactory.storage.probe import store_problem
from ecgfactory.storage.sealed import enclosing_in_store, enclosing_sealed, inside_words
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath
from ecgfactory.storage.stores import store_class

ROOM_FACTOR = 1.2
"""Disk space asked for beyond the estimate: staged shards and reports are beside the dataset for a while."""


def preflight_problems(request: BuildRequest) -> list[tuple[str, str]]:
    """Check a request against this machine.

    Nothing is asked of a store; see `store_problems`.

    Returns
    -------
    list of (str, str)
        The key of the request that can't be met, and a sentence that says why and how to fix it.
    """
    output = _scratch_problem(request) if request.is_in_store else _output_problem(request)
    return [*([("output", output)] if output else []), *file_problems(request), *worker_problems(request)]


def store_problems(request: BuildRequest) -> list[tuple[str, str]]:
    """Try whether the store that a request names can hold its dataset, as `preflight_problems` does for a folder."""
    place = request.output_place
    if not isinstance(place, StorePath):
        return []
    problem = store_problem(place) or _link_problem(place, request.name)
    if problem is None and (dataset := enclosing_in_store(place / request.name)) is not None:
        problem = f"{place / request.name} {inside_words(dataset)}"
    return [("output", problem)] if problem else []


def _link_problem(output: StorePath, name: str) -> str | None:
    if not (linked := {SESSIONS, name}.intersection(output.store.links(output.prefix))):
        return None
    return f"{output / min(linked)} is a symbolic link, which is not followed; put the folder itself there."


def file_problems(request: BuildRequest) -> list[tuple[str, str]]:
    """Check the files that a request names, as `preflight_problems` does: all that another machine can check."""
    generator, quality = _generator_problems(request), _quality_problems(request)
    shares = [] if quality else _share_problems(request)
    profile = [] if generator or quality else _profile_problems(request)
    return [
        *generator,
        *quality,
        *shares,
        *profile,
        *_mask_problems(request),
        *_kind_problems(request),
        *_length_problems(request),
        *([] if quality else _rhythm_problems(request)),
        *_reference_problems(request),
    ]


def worker_problems(request: BuildRequest) -> list[tuple[str, str]]:
    """Check that this machine has the devices and files that a request's workers need; see `preflight_problems`."""
    single = {"generator.device": _device_problem(request), "workers.gpu": _gpu_problem(request)}
    return [(key, problem) for key, problem in single.items() if problem] + _tls_problems(request)


def with_absolute_paths(request: BuildRequest) -> BuildRequest:
    """Return the request with the paths in it made absolute, so that they mean the same in any working directory."""
    generator, quality = request.generator, request.quality
    if generator.checkpoint is not None:
        generator = generator.model_copy(update={"checkpoint": str(Path(generator.checkpoint).absolute())})
    if quality.policy not in shipped_policies():
        quality = quality.model_copy(update={"policy": str(Path(quality.policy).absolute())})
    match, reference = request.match, _absolute(request.reference)
    if match is not None and match.reference is not None:
        match = match.model_copy(update={"reference": _absolute(match.reference)})
    output = request.output if request.is_in_store else str(Path(request.output).absolute())
    sections = {"generator": generator, "quality": quality, "match": match, "reference": reference}
    return request.model_copy(update={"output": output, **sections})


def _absolute(reference: ReferenceRequest) -> ReferenceRequest:
    if reference.path is None:
        return reference
    return reference.model_copy(update={"path": str(Path(reference.path).absolute())})


def _generator_problems(request: BuildRequest) -> list[tuple[str, str]]:
    """Check the weights: the installed ones, or the user's own."""
    model, checkpoint = request.generator.model, request.generator.checkpoint
    generator = GENERATORS.load(model)
    try:
        published = generator.published_checkpoint()
    except BadInputError as error:
        return [("generator.model", str(error).removeprefix("generator.model: "))]
    if checkpoint is not None and published is None:
        return [("generator.checkpoint", f"{model} has no weights; leave the key out.")]
    if checkpoint is not None and not is_file(Path(checkpoint)):
        title = generator.model_card.title
        problem = f"there is no file {checkpoint!r}; give the path of a {title} checkpoint, or leave the key out."
        return [("generator.checkpoint", problem)]
    if checkpoint is not None:
        try:
            _check_weights(generator, Checkpoint.of_file(Path(checkpoint)))
        except BadInputError as error:
            return [("generator.checkpoint", str(error).removeprefix("generator.checkpoint: "))]
    return []


@lru_cache(maxsize=1)
def _check_weights(generator: type[Generator], weights: Checkpoint) -> None:
    """Try weights out once in a process: a request is checked when it is read and again when it is built."""
    generator.check_checkpoint(weights)


def _device_problem(request: BuildRequest) -> str | None:
    if request.generator.device != "cuda" or request.workers.scheduler or gpu_count():
        return None
    return "'cuda' was asked for, but PyTorch finds no CUDA device here; use auto or cpu."


def _gpu_problem(request: BuildRequest) -> str | None:
    asked = request.workers.gpu
    if asked == "auto" or request.workers.scheduler:
        return None
    if asked and request.generator.device == "cpu":
        return f"{asked} GPU workers were asked for, but generator.device is cpu; leave one of the two out."
    if not asked and request.generator.device == "cuda":
        return "no GPU worker was asked for, but generator.device is cuda; leave one of the two out."
    if asked > (found := gpu_count()):
        return f"{asked} GPU workers were asked for, but PyTorch finds {found} GPUs here; use auto."
    return None


def _tls_problems(request: BuildRequest) -> list[tuple[str, str]]:
    files = {f"workers.{key}": getattr(request.workers, key) for key in ("tls_ca", "tls_cert", "tls_key")}
    return [
        (key, f"there is no file {file!r}; give the path of a PEM file.")
        for key, file in files.items()
        if file is not None and not is_file(Path(file))
    ]


def _mask_problems(request: BuildRequest) -> list[tuple[str, str]]:
    """Check that masks end in a file."""
    if not request.labels.mask or any(FORMATS.load(name).holds_masks for name in request.signal_formats):
        return []
    asked, holding = " and ".join(request.signal_formats), [name for name in FORMATS if FORMATS.load(name).holds_masks]
    return [("labels.mask", f"{asked} can't hold masks; add one of the formats {', '.join(holding)}, or say false.")]


def _kind_problems(request: BuildRequest) -> list[tuple[str, str]]:
    """Check that kinds of artefacts have the leads that they need: those of packages may need others than ours."""
    asked = request.artefacts.kinds if request.artefacts else {}
    kinds = {name: ARTEFACTS.load(name) for name, weight in asked.items() if weight and ARTEFACTS.package(name)}
    lacking = {name: kind.lacks(montage_of(lead_names(request.leads))) for name, kind in kinds.items()}
    return [
        (f"artefacts.kinds.{name}", f"records of {request.leads} leads lack {leads}; leave this kind out.")
        for name, leads in lacking.items()
        if leads
    ]


def _length_problems(request: BuildRequest) -> list[tuple[str, str]]:
    """Check that nothing is asked of records in pieces that is only done to whole ones."""
    if not request.is_in_pieces:
        return []
    asked = {
        "artefacts": request.artefacts is not None,
        "match": request.match is not None,
        "reference": request.reference.path is not None,
    }
    problem = (
        f"only records of up to {LONGEST_WHOLE_S} s can have it, as longer ones are never held whole, and these are of "
        f"{request.duration_s:,} s; leave it out."
    )
    return [(key, problem) for key, is_asked in asked.items() if is_asked]


def _rhythm_problems(request: BuildRequest) -> list[tuple[str, str]]:
    """Check that the policy takes the rhythms that are asked for."""
    policy = load_policy(request.quality.policy, request.quality.bounds)
    others = [name for name in request.rhythm or () if policy.rhythms is not None and name not in policy.rhythms]
    if not others or policy.rhythms is None:
        return []
    taken = " and ".join(policy.rhythms)
    return [
        (
            "quality.policy",
            f"{policy.name} is for {taken} alone and rejects {', '.join(others)}; use basic, which judges whether a "
            "record is technically sound, or ask for other rhythms.",
        )
    ]


def _reference_problems(request: BuildRequest) -> list[tuple[str, str]]:
    """Check that there is a reference; what it holds is for those to check who read it."""
    path = request.reference.path
    if path is None:
        said = bool(request.reference.stated_keys)
        return [("reference.path", "nothing is compared without a path; add one, or leave the section out.")] * said
    place = Path(path)
    if not is_there(place):
        return [("reference.path", f"there is no file or folder {path!r}; give ECGs to compare with.")]
    if place.exists() and not os.access(place, os.R_OK):
        return [("reference.path", f"no permission to read {path}; choose another, or change its permissions.")]
    return []


def _quality_problems(request: BuildRequest) -> list[tuple[str, str]]:
    try:
        load_policy(request.quality.policy, request.quality.bounds)
    except BadInputError as error:
        pairs = [problem.partition(": ") for problem in error.problems]
        own = {"quality.policy", *(f"quality.bounds.{rule}" for rule in request.quality.bounds)}
        return [(head, rest) if head in own else ("quality.policy", f"{head}: {rest}") for head, _, rest in pairs]
    return []


def _share_problems(request: BuildRequest) -> list[tuple[str, str]]:
    if request.match is None:
        return []
    return share_problems(request.match, load_policy(request.quality.policy, request.quality.bounds))


def _profile_problems(request: BuildRequest) -> list[tuple[str, str]]:
    reference, path = (request.match.reference, request.match.path) if request.match else (None, None)
    if reference is not None and path is not None and kind_of(path) != stat.S_IFDIR:
        from ecgfactory.request.profile_fit import fitting_profile  # imports the feature space; few requests need it

        if said := reference.stated_keys:
            problem = f"{' and '.join(said)} would tell of ECGs, and {path} is no folder of them; leave that out."
            return [("match.reference", problem)]
        try:
            fitting_profile(request, path)
        except BadInputError as error:
            return [("match.reference", str(error))]
    return []


def _output_problem(request: BuildRequest) -> str | None:
    place = Path(request.output) / request.name
    if (dataset := enclosing_sealed(place)) is not None:
        return f"{place} {inside_words(dataset)}"
    existing = Path(request.output).absolute()
    while not kind_of(existing):
        existing = existing.parent
    if not existing.is_dir():
        return f"{existing} is a file; choose a folder."
    if not os.access(existing, os.W_OK):
        return f"no permission to write in {existing}; choose another folder or change its permissions."
    return _room_problem(estimated_bytes(request) + staged_bytes(request), existing, "choose another disk")


def _scratch_problem(request: BuildRequest) -> str | None:
    """Check what this machine does for a build in a store: it holds files for a while, and has the store's library."""
    place = request.output_place
    assert isinstance(place, StorePath)
    try:
        store_class(place.scheme)
    except StoreError as error:
        return str(error)
    folder = Path(tempfile.gettempdir())
    needed = scratch_bytes(request, workers_here(request))
    return _room_problem(needed, folder, "let TMPDIR name a folder on another disk, as shards wait there to be stored")


def _room_problem(needed_bytes: int, folder: Path, fix: str) -> str | None:
    needed, free = int(needed_bytes * ROOM_FACTOR), shutil.disk_usage(folder).free
    if needed <= free:
        return None
    return (
        f"about {size_text(needed)} are needed and {size_text(free)} are free in {folder}; "
        f"ask for fewer records or formats, or {fix}."
    )


def size_text(size_bytes: int) -> str:
    """Write a size for people, in decimal units as disks are sold: 14.4 kB, 2.1 GB."""
    size, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:,.0f} {unit}" if size >= 100 or unit == "B" else f"{size:.1f} {unit}"
