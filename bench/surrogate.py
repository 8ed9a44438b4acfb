"""One epoch of a spiking 784-N-10 network on MNIST the usual way: 25 time steps of leaky integrate-and-fire layers in
PyTorch, backpropagation through time with a surrogate gradient, batch 128, Adam. The largest potential of the readout,
summed over the steps, decides. Ways: "spikes", a plain loop in which inputs fire at each step with the probability of their
intensity; "current", the same loop with one constant current, one product and then 25 steps of elements; "snntorch",
"spikingjelly" and "norse", those libraries' neurons with inputs that fire.

Bench partner of surrogate.ts: reads lines "train FIRST COUNT" and "test" from standard input and answers each with one
line of JSON.

    python3 bench/surrogate.py FOLDER_OF_MNIST WAY HIDDEN
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


class Plain(nn.Module):
    """The loop as one writes it first."""

    def __init__(self, hidden, constant):
        super().__init__()
        self.constant = constant
        self.hidden = nn.Linear(784, hidden)
        self.output = nn.Linear(hidden, 10)

    def forward(self, x):
        v = torch.zeros(x.shape[0], self.hidden.out_features)
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


class SnnTorch(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        import snntorch
        from snntorch import surrogate

        self.title = f"snnTorch {snntorch.__version__}"
        self.hidden = nn.Linear(784, hidden)
        self.lif = snntorch.Leaky(beta=BETA, spike_grad=surrogate.fast_sigmoid(slope=SLOPE))
        self.output = nn.Linear(hidden, 10)
        self.readout = snntorch.Leaky(beta=BETA, reset_mechanism="none")

    def forward(self, x):
        v, r = self.lif.init_leaky(), self.readout.init_leaky()
        total = 0
        for _ in range(STEPS):
            s, v = self.lif(self.hidden(torch.bernoulli(x)), v)
            _, r = self.readout(self.output(s), r)
            total = total + r
        return total / STEPS


class SpikingJelly(nn.Module):
    """All steps of a layer at once, its fastest way on a processor."""

    def __init__(self, hidden):
        super().__init__()
        from importlib.metadata import version

        from spikingjelly.activation_based import functional, neuron, surrogate

        self.title = f"SpikingJelly {version('spikingjelly')}"
        self.rest = functional.reset_net
        self.hidden = nn.Linear(784, hidden)
        how = {"tau": 20.0, "decay_input": False, "surrogate_function": surrogate.Sigmoid(), "step_mode": "m"}
        self.lif = neuron.LIFNode(v_reset=None, detach_reset=True, **how)
        self.output = nn.Linear(hidden, 10)

    def forward(self, x):
        self.rest(self)
        s = self.lif(self.hidden(torch.bernoulli(x.expand(STEPS, *x.shape))))
        current = self.output(s)
        readout = total = torch.zeros(x.shape[0], 10)
        for t in range(STEPS):
            readout = BETA * readout + current[t]
            total = total + readout
        return total / STEPS


class Norse(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        from importlib.metadata import version

        import norse.torch as norse

        self.title = f"Norse {version('norse')}"
        self.hidden = nn.Linear(784, hidden)
        self.lif = norse.LIFBoxCell()
        self.output = nn.Linear(hidden, 10)

    def forward(self, x):
        state = None
        readout = total = torch.zeros(x.shape[0], 10)
        for _ in range(STEPS):
            s, state = self.lif(self.hidden(torch.bernoulli(x)), state)
            readout = BETA * readout + self.output(s)
            total = total + readout
        return total / STEPS


def network_of(way, hidden):
    if way in ("spikes", "current"):
        return Plain(hidden, way == "current")
    return {"snntorch": SnnTorch, "spikingjelly": SpikingJelly, "norse": Norse}[way](hidden)


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
    way, hidden = sys.argv[2], int(sys.argv[3])
    network = network_of(way, hidden)
    title = getattr(network, "title", f"PyTorch {torch.__version__.split('+')[0]}, {way}")
    adam = torch.optim.Adam(network.parameters(), lr=1e-3)
    loss = nn.CrossEntropyLoss()
    print(json.dumps({"title": title}), flush=True)
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
