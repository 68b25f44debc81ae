"""A section of a request that says from where to where something is drawn."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Range(BaseModel):
    """From `min` to `max`, which the classes that derive from this one have."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    min: Any
    max: Any

    @model_validator(mode="before")
    @classmethod
    def _has_two_ends(cls, given: Any) -> Any:
        ends = given if isinstance(given, list | tuple) and len(given) == 2 else [given, given]
        if all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends):
            raise ValueError(f"say which is which: {{min: {ends[0]:g}, max: {ends[1]:g}}}")
        return given

    @model_validator(mode="after")
    def _is_in_order(self) -> Range:
        if self.min > self.max:
            low, high = (
                f"{end}, {value:g}" + ("" if end in self.model_fields_set else f" (what {end} is unless you give it)")
                for end, value in (("min", self.min), ("max", self.max))
            )
            raise ValueError(f"{low}, is above {high}; give both in order, or one number twice")
        return self
