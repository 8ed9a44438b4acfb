"""One epoch of a spiking 784-256-10 network on MNIST the usual way: 25 time steps of leaky integrate-and-fire layers in
PyTorch, backpropagation through time with a surrogate gradient (fast sigmoid), batch 128, Adam. Inputs fire at each step
with the probability of their intensity, or, with "current", drive the hidden layer by one constant current: one product,
then 25 steps of elements. The largest potential of the readout, summed over the steps, decides.

Bench partner of surrogate.ts: reads lines "train FIRST COUNT" and "test" from standard input and answers each with one
line of JSON.

    python3 bench/surrogate.py FOLDER_OF_MNIST [current]
"""

import gzip
import json
import sys
import time

import numpy as np
import torch
from torch import nn

STEPS, BATCH, BETA, THRESHOLD, SLOPE = 25, 128, 0.95, 1.0, 25.0


class Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx, above):
        ctx.save_for_backward(above)
        return (above > 0).float()

    @staticmethod
    def backward(ctx, gradient):
        (above,) = ctx.saved_tensors
        return gradient / (SLOPE * above.abs() + 1.0) ** 2


class Network(nn.Module):
    def __init__(self, constant):
        super().__init__()
        self.constant = constant
        self.hidden = nn.Linear(784, 256)
        self.output = nn.Linear(256, 10)

    def forward(self, x):
        v = torch.zeros(x.shape[0], 256)
        readout = torch.zeros(x.shape[0], 10)
        total = torch.zeros(x.shape[0], 10)
        current = self.hidden(x) if self.constant else None
        for _ in range(STEPS):
            v = BETA * v + (current if self.constant else self.hidden(torch.bernoulli(x)))
            s = Spike.apply(v - THRESHOLD)
            v = v - THRESHOLD * s.detach()
            readout = BETA * readout + self.output(s)
            total = total + readout
        return total / STEPS


def idx(path, skip):
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), dtype=np.uint8, offset=skip)


def samples(folder, part):
    x = idx(f"{folder}/{part}-images-idx3-ubyte.gz", 16).reshape(-1, 784)
    y = idx(f"{folder}/{part}-labels-idx1-ubyte.gz", 8)
    return torch.from_numpy(x.astype(np.float32) / 255), torch.from_numpy(y.astype(np.int64))


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    folder = sys.argv[1]
    x, y = samples(folder, "train")
    x_test, y_test = samples(folder, "t10k")
    order = torch.randperm(len(x))
    network = Network(sys.argv[2:] == ["current"])
    adam = torch.optim.Adam(network.parameters(), lr=1e-3)
    loss = nn.CrossEntropyLoss()
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        word, *numbers = line.split()
        if word == "train":
            first, count = map(int, numbers)
            began = time.process_time()
            for at in range(first, first + count, BATCH):
                rows = order[at : min(at + BATCH, first + count)]
                adam.zero_grad()
                loss(network(x[rows]), y[rows]).backward()
                adam.step()
            answer = {"seconds": time.process_time() - began}
        else:
            with torch.no_grad():
                right = sum(
                    (network(x_test[at : at + 500]).argmax(1) == y_test[at : at + 500]).sum().item()
                    for at in range(0, len(x_test), 500)
                )
            answer = {"accuracy": right / len(x_test)}
        print(json.dumps(answer), flush=True)


main()
