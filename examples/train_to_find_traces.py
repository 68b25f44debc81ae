"""Train a network to find the traces of an ECG on paper: `python train_to_find_traces.py [ECGS] [EPOCHS] [TESTED]`.

It is the first step of digitisation: which pixels are ink of a lead, and not grid, text, shadow or a coffee stain. On
pictures of ECGs of another seed it prints how the pixels found overlap with those of the masks (intersection over
union), beside those that are darker than the paper around them, and draws some of both into traces.png.
"""

import sys

import cv2
import matplotlib
import numpy as np
import torch
from torch import nn

import ecgfactory as ef

matplotlib.use("agg")  # draws into files
from matplotlib import pyplot

FIRST_LEAD = 10  # values of a mask from here on are leads
SIZE_PX = (576, 400)  # width and height that pictures are brought to
PART_PX = 192  # width and height of what is trained on at a time
VARIETY = ef.paper.Variety(
    layouts={"3x4+II": 2, "6x2": 1, "12x1": 1},
    colours={"red": 3, "blue": 1, "green": 1, "grey": 1},
    dpi={100: 1},
    line_mm=(0.3, 0.5),
    pulses={"left": 1, "none": 1},
    fonts={"sans": 1, "mono": 1},
    damage={"scan": 2, "photo": 3, "crumple": 1, "stains": 1, "handwriting": 1},
)


class Network(nn.Module):
    """Says of each pixel how likely it is in a trace, as a number whose sign decides: a U-Net of three sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList([_block(3, 8, 2), _block(8, 16), _block(16, 24)])
        self.up = nn.ModuleList([_block(24 + 16, 16), _block(16 + 8, 12)])
        self.out = nn.Conv2d(12, 4, 1)  # of the four pixels in each of half the size

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """From (batch, 3, height, width) to (batch, height, width)."""
        seen = []
        for place, block in enumerate(self.down):
            pictures = block(nn.functional.max_pool2d(pictures, 2) if place else pictures)
            seen.append(pictures)
        found = seen.pop()
        for block, before in zip(self.up, reversed(seen), strict=True):
            found = block(torch.cat([nn.functional.interpolate(found, size=before.shape[-2:]), before], dim=1))
        return nn.functional.pixel_shuffle(self.out(found), 2)[:, 0]


def _block(given: int, made: int, stride: int = 1) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(given, made, 5 if stride > 1 else 3, stride, padding="same" if stride == 1 else 2),
        nn.BatchNorm2d(made),
        nn.ReLU(),
        nn.Conv2d(made, made, 3, padding="same"),
        nn.BatchNorm2d(made),
        nn.ReLU(),
    )


def draw(ecgs: ef.Ecgs, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw a picture of each ECG; return them, (ecgs, 3, height, width), and which pixels are in a trace."""
    pictures, masks = [], []
    for number, ecg in enumerate(ecgs):
        picture = ef.paper.render(ecg.signal_uv, 500, ecg.lead_names, VARIETY, seed + number)
        in_trace = (picture.mask >= FIRST_LEAD).astype(np.float32)
        pictures.append(cv2.resize(picture.pixels, SIZE_PX, interpolation=cv2.INTER_AREA))
        masks.append(cv2.resize(in_trace, SIZE_PX, interpolation=cv2.INTER_AREA) > 0.25)
    return torch.from_numpy(np.stack(pictures)).movedim(3, 1) / 255 - 0.5, torch.from_numpy(np.stack(masks))


def train(pictures: torch.Tensor, masks: torch.Tensor, epochs: int) -> Network:
    """Train on some pictures, eight at a time, on another part of them in each step."""
    torch.manual_seed(0)
    network = Network()
    optimiser = torch.optim.Adam(network.parameters())
    steps = -(-len(pictures) // 8)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-2, total_steps=epochs * steps)
    for epoch in range(epochs):
        losses = []
        for rows in torch.randperm(len(pictures)).split(8):
            left, top = (int(torch.randint(size - PART_PX + 1, ())) for size in SIZE_PX)
            part = (rows, ..., slice(top, top + PART_PX), slice(left, left + PART_PX))
            scores, wanted = network(pictures[part]), masks[part].float()
            shares = scores.sigmoid()
            overlap = 2 * (shares * wanted).sum() / (shares + wanted).sum()  # traces are few of the pixels
            loss = nn.functional.binary_cross_entropy_with_logits(scores, wanted) + 1 - overlap
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        print(f"epoch {epoch}: loss {np.mean(losses):.3f}", flush=True)
    return network.eval()


def dark(pictures: torch.Tensor) -> torch.Tensor:
    """Which pixels are darker than the paper around them, the grid left out as far as its colour allows."""
    brightest = ((pictures + 0.5) * 255).to(torch.uint8).amax(dim=1).numpy()  # in their own colour, grids are bright
    local = [
        cv2.adaptiveThreshold(one, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 25) for one in brightest
    ]
    return torch.from_numpy(np.stack(local)) > 0


def overlap(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Intersection over union of each picture."""
    both, either = (found & wanted).sum(dim=(1, 2)), (found | wanted).sum(dim=(1, 2))
    return both / either.clamp(min=1)


def main(ecgs: int = 64, epochs: int = 12, tested: int = 24) -> None:
    """Train, test on pictures of ECGs of another seed, and draw what is found."""
    network = train(*draw(ef.generate(ecgs, seed=1), 0), epochs)
    pictures, wanted = draw(ef.generate(tested, seed=2), 1_000_000)
    with torch.no_grad():
        found = torch.cat([network(some) > 0 for some in pictures.split(4)])
    ways = {"dark pixels": dark(pictures), "the network": found}
    reached = {name: overlap(which, wanted).median() for name, which in ways.items()}
    told = ", ".join(f"{name} {share:.2f}" for name, share in reached.items())
    print(f"intersection over union on {tested} unseen pictures, median: {told}")
    figure, axes = pyplot.subplots(2, 3, figsize=(18, 8.5), layout="constrained")
    for row, picture in zip(axes, (0, tested - 1), strict=True):
        row[0].imshow(pictures[picture].movedim(0, 2).numpy() + 0.5)
        for place, (name, which) in zip(row[1:], ways.items(), strict=True):
            place.imshow(which[picture].numpy(), cmap="gray_r")
            place.set_title(f"{name}: {overlap(which[[picture]], wanted[[picture]])[0]:.2f}")
    for place in axes.flat:
        place.set_axis_off()
    figure.savefig("traces.png", dpi=80)
    print("wrote traces.png")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
