"""The build request: what a user asks for, as Pydantic models flat enough for a generated form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from ecgfactory.documents.keys import Among, nearest
from ecgfactory.errors import BadInputError, shown
from ecgfactory.formats import FORMATS, IMAGES
from ecgfactory.formats.long_record import LONGEST_WHOLE_S
from ecgfactory.generators import GENERATORS
from ecgfactory.generators.base import Edges
from ecgfactory.leads import LeadCount
from ecgfactory.quality.policy import usual_rule_names
from ecgfactory.quality.rule import PUBLISHED, Bounds
from ecgfactory.registry import Registry
from ecgfactory.request.artefacts import ArtefactsRequest
from ecgfactory.request.generator_fit import check_duration, check_edges, limit_durations, makes_itself
from ecgfactory.request.images import ImagesRequest
from ecgfactory.request.labels import LabelsRequest
from ecgfactory.request.match_request import MatchRequest
from ecgfactory.request.paths import PLACE_WORDS, RequestOutput, RequestPath
from ecgfactory.request.reference_request import NamedReference, ReferenceRequest
from ecgfactory.request.rhythm import LONGEST_COMPOSED_S, RhythmShares
from ecgfactory.request.shares import check_shares
from ecgfactory.request.signal import SignalRequest
from ecgfactory.rhythm_kinds import KINDS
from ecgfactory.storage.place import Place, as_place, is_address

DEFAULT_GENERATOR = "deepfakeecg"

NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
SCHEDULER_PATTERN = re.compile(r"(tcp|tls)://[^\s/:]+:[0-9]{1,5}|(tcp|tls)://\[[0-9a-fA-F:.]+\]:[0-9]{1,5}")
SPLIT_NAMES = ("train", "validation", "test")

SplitName = Literal["train", "validation", "test"]


def _whole(number: Any) -> Any:
    """Take 1e3, which YAML and JSON hold for a fraction, for the whole number that it is."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


Whole = BeforeValidator(_whole)
StrictInt = Annotated[int, Field(strict=True), Whole]
RuleName = Annotated[str, Among(usual_rule_names)]
Share = Annotated[float, Field(strict=True, allow_inf_nan=False)]
StrictBool = Annotated[bool, Field(strict=True)]


@dataclass(frozen=True)
class _MemberOf:
    """Annotation of a text that names a member of a registry, or one of some names besides."""

    registry: Registry[Any]
    besides: tuple[str, ...] = ()

    def check(self, name: str) -> str:
        if name in self.besides:
            return name
        if meant := nearest(name, self.besides):
            raise ValueError(f"there is no {shown(name)}; did you mean {meant}?")
        try:
            self.registry.check(name)
        except BadInputError as error:
            raise ValueError(str(error).removesuffix(".")) from None
        return name

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": [*self.registry, *self.besides]}


FormatName = Annotated[str, _MemberOf(FORMATS, (IMAGES,))]
GeneratorName = Annotated[str, _MemberOf(GENERATORS)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class GeneratorRequest(_Section, title="Generator"):
    """Which model makes the candidates, and where."""

    model: GeneratorName = Field(DEFAULT_GENERATOR, description="generator to use: ecgfactory's own, or a package's")
    checkpoint: RequestPath | None = Field(
        None,
        min_length=1,
        description="path of your own weights for it, used instead of the published ones",
    )
    edges: Edges | None = Field(
        None,
        description="what to do about rough first and last samples that the model leaves: mended, or as_published; "
        "absent: mended where the model has them",
    )
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto takes CUDA where there is one")
    batch: StrictInt = Field(
        64, ge=1, le=4096, title="Micro-batch (candidates)", description="candidates generated at a time, 1 to 4096"
    )

    @field_validator("edges")
    @classmethod
    def _generator_has_edges(cls, edges: Edges | None, info: ValidationInfo) -> Edges | None:
        if edges is not None:
            check_edges(info.data.get("model", DEFAULT_GENERATOR), edges)  # the default where the key is faulty
        return edges


class QualityRequest(_Section, title="Quality"):
    """Which candidates are accepted."""

    policy: RequestPath = Field("basic", description="name of a shipped policy, or path of a policy file")
    bounds: dict[RuleName, Bounds] = Field(
        default_factory=dict,
        description='bounds to replace, by rule name: {"heart_rate": {"min": 50, "max": 100}}',
    )


class ReportRequest(_Section, title="Report"):
    """The sample report."""

    samples: StrictInt = Field(
        4, ge=0, le=1000, title="Samples (records)", description="records shown in the report; 0 for no report"
    )


class WorkersRequest(_Section):
    """The workers; they do not affect the data."""

    cpu: Annotated[int, Field(strict=True, ge=1, le=1024), Whole] | Literal["auto"] = Field(
        "auto", description="CPU worker processes on this machine; auto: one per core"
    )
    gpu: Annotated[int, Field(strict=True, ge=0, le=64), Whole] | Literal["auto"] = Field(
        "auto", description="GPU worker processes on this machine, at most one per GPU; auto: all GPUs"
    )
    memory_limit_gb: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=1, le=4096)] | None = Field(
        None,
        title="Memory limit (GB)",
        description="memory a worker process may take, in GB; absent: an equal share of this machine's",
    )
    scheduler: str | None = Field(
        None,
        title="Dask scheduler",
        description="address of an existing Dask scheduler, as tcp://127.0.0.1:8786; cpu, gpu and memory_limit_gb "
        "are then up to its workers",
    )
    tls_ca: RequestPath | None = Field(
        None,
        title="TLS authority",
        min_length=1,
        description="PEM file of the authority that signed the scheduler's certificate (tls://)",
    )
    tls_cert: RequestPath | None = Field(
        None,
        title="TLS certificate",
        min_length=1,
        description="PEM file of the certificate to show to a tls:// scheduler",
    )
    tls_key: RequestPath | None = Field(
        None, title="TLS key", min_length=1, description="PEM file of that certificate's private key"
    )

    @field_validator("scheduler")
    @classmethod
    def _scheduler_is_an_address(cls, scheduler: str | None) -> str | None:
        if scheduler is not None and not SCHEDULER_PATTERN.fullmatch(scheduler):
            raise ValueError(
                f"{shown(scheduler)} is not the address of a Dask scheduler; write it as tcp://127.0.0.1:8786"
            )
        return scheduler

    @model_validator(mode="after")
    def _tls_is_whole(self) -> WorkersRequest:
        files = {"tls_ca": self.tls_ca, "tls_cert": self.tls_cert, "tls_key": self.tls_key}
        absent = [name for name, file in files.items() if file is None]
        is_tls = self.scheduler is not None and self.scheduler.startswith("tls://")
        if is_tls and absent:
            raise ValueError(f"the tls:// scheduler needs {', '.join(absent)} too, each the path of a PEM file")
        if not is_tls and len(absent) < len(files):
            raise ValueError("tls_ca, tls_cert and tls_key are for a scheduler whose address begins with tls://")
        return self


class BuildRequest(_Section):
    """Everything a user may ask of a build; only the name and the number of records are needed."""

    model_config = ConfigDict(
        json_schema_extra=lambda schema: limit_durations(schema, DEFAULT_GENERATOR),
        hide_input_in_errors=True,  # an output may have been written with credentials in it
    )

    name: str = Field(
        title="Name of the dataset",
        description="name of the dataset and of its folder: 1 to 100 letters, digits, '.', '_' or '-'",
        examples=["my-dataset"],
        json_schema_extra={"pattern": f"^{NAME_PATTERN.pattern}$"},
    )
    records: StrictInt = Field(ge=1, le=99_999_999, description="accepted ECGs wanted", examples=[64])
    leads: LeadCount = Field(12, description="8 (I, II, V1..V6) or 12")
    generator: GeneratorRequest = GeneratorRequest()  # before what is held against it
    rhythm: RhythmShares | None = Field(
        None,
        description='rhythms to compose records in, and their shares: {"sinus": 0.6, "atrial_fibrillation": 0.4}; '
        "absent: records as they are generated",
        json_schema_extra=lambda schema: schema.update(propertyNames={"enum": list(KINDS)}),
    )
    duration_s: StrictInt = Field(
        10,
        ge=1,
        le=LONGEST_COMPOSED_S,
        title="Duration (s)",
        description=f"length of a record in seconds, at most {LONGEST_COMPOSED_S:,}, a day",
    )
    signal: SignalRequest = SignalRequest()
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**63), Whole] | None = Field(
        None, description="same seed, same dataset; drawn and recorded when absent"
    )
    quality: QualityRequest = QualityRequest()
    match: MatchRequest | None = Field(
        None, description="what the distribution of records follows: a reference, or shares of a feature's values"
    )
    formats: tuple[FormatName, ...] = Field(
        ("parquet",), min_length=1, description="file formats to write; images: pictures of printed records"
    )
    labels: LabelsRequest = LabelsRequest()
    artefacts: ArtefactsRequest | None = Field(
        None, description="artefacts to put into accepted records; {} for the usual mixture, absent for none"
    )
    images: ImagesRequest | None = Field(
        None, description="pictures, where formats name images: layouts, paper, print, damage; absent: a usual variety"
    )
    splits: dict[SplitName, Share] = Field(
        {"train": 1.0}, description='share of each split, summing to 1: {"train": 0.8, "validation": 0.1, "test": 0.1}'
    )
    report: ReportRequest = ReportRequest()
    reference: NamedReference = ReferenceRequest()
    shard_records: Annotated[int, Field(strict=True, ge=1, le=1_000_000), Whole] | None = Field(
        None,
        title="Shard (candidates)",
        description="candidates per shard; follows from records when absent",
    )
    output: RequestOutput = Field(
        "datasets",
        min_length=1,
        description=f"folder that holds the datasets, on the worker's machine; {PLACE_WORDS}",
    )
    keep: StrictBool = Field(False, description="true: retention leaves this dataset alone")
    workers: WorkersRequest = WorkersRequest()

    @property
    def output_place(self) -> Place:
        """The folder, or the place in a store, that holds the datasets."""
        return as_place(self.output) if is_address(self.output) else Path(self.output)

    @property
    def is_in_store(self) -> bool:
        """Whether the datasets are in an object store, of which machines need no disk in common."""
        return is_address(self.output)

    @property
    def is_composed(self) -> bool:
        """Whether records are composed: in a rhythm, or of a length that the generator does not make."""
        return self.rhythm is not None or not makes_itself(self.generator.model, self.duration_s)

    @property
    def is_in_pieces(self) -> bool:
        """Whether records are too long to be held whole."""
        return self.duration_s > LONGEST_WHOLE_S

    @property
    def samples_per_lead(self) -> int:
        """Samples per lead as stored."""
        return self.duration_s * self.signal.rate_hz

    @property
    def signal_formats(self) -> tuple[str, ...]:
        """The formats that hold signals, as all do but pictures."""
        return tuple(name for name in self.formats if name != IMAGES)

    @property
    def pictures(self) -> ImagesRequest | None:
        """What pictures are drawn; None for none."""
        return (self.images or ImagesRequest()) if IMAGES in self.formats else None

    @field_validator("name")
    @classmethod
    def _name_stays_inside(cls, name: str) -> str:
        if not NAME_PATTERN.fullmatch(name) or name == "latest":
            raise ValueError(
                f"{shown(name)} can't be a folder name inside the output; use 1 to 100 letters, digits, '.', '_' "
                "or '-', starting with a letter or digit"
            )
        return name

    @field_validator("duration_s")
    @classmethod
    def _generator_makes_the_duration(cls, duration_s: int, info: ValidationInfo) -> int:
        if info.context != PUBLISHED:  # perhaps by a version that could
            model = info.data.get("generator", GeneratorRequest()).model  # as above
            check_duration(model, duration_s, info.data.get("rhythm") is not None)
        return duration_s

    @field_validator("formats")
    @classmethod
    def _formats_differ(cls, formats: tuple[FormatName, ...]) -> tuple[FormatName, ...]:
        if len(set(formats)) != len(formats):
            raise ValueError(f"a format is listed twice ({', '.join(formats)}); name each once")
        if formats == (IMAGES,):
            raise ValueError(f"pictures alone hold no signals; add a format that does, as [parquet, {IMAGES}]")
        return formats

    @field_validator("images")
    @classmethod
    def _images_are_asked_for(cls, images: ImagesRequest | None, info: ValidationInfo) -> ImagesRequest | None:
        formats = info.data.get("formats", (IMAGES,))  # nothing more to tell where they are faulty
        if images is not None and IMAGES not in formats:
            asked = ", ".join((*formats, IMAGES))
            raise ValueError(f"no pictures are among the formats; write formats: [{asked}], or leave the section out")
        return images

    @field_validator("splits")
    @classmethod
    def _splits_sum_to_one(cls, splits: dict[SplitName, Share]) -> dict[SplitName, Share]:
        check_shares(splits, "a split")
        return {name: splits[name] for name in SPLIT_NAMES if name in splits}
