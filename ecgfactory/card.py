"""The dataset card: README.md with the front matter that Hugging Face reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ecgfactory.manifest import Counts
from ecgfactory.plan import Plan

SIZE_CATEGORIES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
)

LOADING = {
    "parquet": """\
```python
import pandas as pd
table = pd.read_parquet("data")                  # a row a record; each lead is an array of 1 uV integers
```

```python
from datasets import load_dataset
splits = load_dataset("parquet", data_dir="data")
```
""",
    "wfdb": """\
```python
import wfdb
record = wfdb.rdrecord("wfdb/{folder}/{record_id}")   # record.p_signal in mV
```
""",
    "csv": """\
```python
import pandas as pd
ecg = pd.read_csv("csv/{folder}/{record_id}.csv", index_col="time_ms")   # uV
```
""",
}


def write_card(dataset: Path, plan: Plan, counts: Counts) -> None:
    """Write README.md into a dataset folder that holds its files already."""
    front = yaml.safe_dump(_front_matter(dataset, plan, counts), sort_keys=False, allow_unicode=True)
    (dataset / "README.md").write_text(f"---\n{front}---\n\n{_body(plan, counts)}", encoding="utf-8", newline="\n")


def _front_matter(dataset: Path, plan: Plan, counts: Counts) -> dict[str, Any]:
    category = next((name for limit, name in SIZE_CATEGORIES if counts.records < limit), "100M<n<1B")
    front: dict[str, Any] = {
        "pretty_name": plan.request.name,
        "size_categories": [category],
        "tags": ["ecg", "synthetic", "12-lead" if plan.request.leads == 12 else "8-lead", "time-series", "medical"],
    }
    files = [
        {"split": split, "path": f"data/{split}-*.parquet"}
        for split in plan.request.splits
        if any((dataset / "data").glob(f"{split}-*.parquet"))
    ]
    return front | ({"configs": [{"config_name": "default", "data_files": files}]} if files else {})


def _body(plan: Plan, counts: Counts) -> str:
    request = plan.request
    first = {"folder": "00000", "record_id": "NUMBER"}
    loading = "\n".join(LOADING[name].format(**first) for name in request.formats if name in LOADING)
    rejects = "".join(f"| {rule} | {number} |\n" for rule, number in counts.rejects.items())
    table = f"\n| rule | candidates that broke it |\n|---|---|\n{rejects}" if rejects else ""
    splits = ", ".join(f"{split} {number}" for split, number in counts.splits.items())
    return f"""# {request.name}

{counts.records:,} synthetic {request.leads}-lead ECGs of {request.duration_s} s at 500 Hz.

**Synthetic, not for diagnosis.**

| | |
|---|---|
| Leads | {", ".join(plan.lead_names)} |
| Storage | int16, 1 uV per unit |
| Splits | {splits} |
| Seed | {plan.seed} |
| Model | {request.generator.model}, weights sha256 `{plan.checkpoint_sha256[:16]}...` |
| Quality policy | {plan.policy.name}: {plan.policy.description} |
| Accepted | {counts.records:,} of {counts.examined:,} candidates ({counts.records / counts.examined:.1%}) |
| Plan | `{plan.plan_id}` |
{table}
## Loading

Run in this folder.

{loading}
`records.parquet` has a row a record (id, split, features, file paths), `rejected.parquet` one for each rejected
candidate with the reasons, `manifest.json` all about how the dataset was made; `sha256sum -c SHA256SUMS.txt`
checks the files.

## How it was made

Candidates 0, 1, 2, ... were generated from noise that follows from the seed and the candidate number alone, judged by
the quality policy, and the first {counts.records:,} that passed are the dataset. III, aVR, aVL and aVF are computed
from the stored I and II. The generator is the Pulse2Pulse GAN of Thambawita et al., "DeepFake electrocardiograms using
generative adversarial networks are the beginning of the end for privacy issues in medicine", Scientific Reports 11,
21896 (2021), doi:10.1038/s41598-021-01295-2. It learnt from normal ECGs only, so no pathology is to be found here.
"""
