"""Open a published dataset, for pandas, NumPy and PyTorch: `python open_a_dataset.py [DATASET]`.

DATASET is the folder that `ecgfactory build` printed; without one, datasets/quickstart, which
`ecgfactory build configs/quickstart.yaml` makes.
"""

import sys

from torch.utils.data import DataLoader

import ecgfactory as ef

try:
    dataset = ef.open_dataset(sys.argv[1] if len(sys.argv) > 1 else "datasets/quickstart")
except ef.BadInputError as error:
    sys.exit(f"{error} `ecgfactory build configs/quickstart.yaml` makes datasets/quickstart.")
print(dataset)

print(dataset.features["heart_rate_bpm"].groupby(dataset.splits).describe().round(1))
print(f"{len(dataset.rejected)} candidates were rejected")

record = dataset[0]
print(record, f"heart rate {record.features['heart_rate_bpm']:.0f} /min")
print("the same by its id:", dataset[record.record_id])

signals_mv = dataset.signals(split="train", leads=["II", "V5"], unit="mV")
print("in memory:", signals_mv.shape, signals_mv.dtype)

loader = DataLoader(dataset.torch(split="train", features=["heart_rate_bpm"]), batch_size=8, shuffle=True)
batch = next(iter(loader))
print("a batch:", tuple(batch["signal"].shape), batch["candidate"].tolist())
