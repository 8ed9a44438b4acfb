"""PEPITA in rates, written plainly: `python3 pepita.py numpy|torch FOLDER OPTIMISER RATE`.

The folder holds float32 and int32 files that bench/rate.ts writes. For every line on standard input, which names a file
with the order of the samples, one epoch is trained and a line with its seconds and its seconds of processor time is
printed; after `save` the weights are written.
"""
import json
import os
import sys
import time

for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ[library + "_NUM_THREADS"] = "1"

kind, folder, optimiser, rate = sys.argv[1:]
rate = float(rate)
with open(f"{folder}/job.json") as file:
    job = json.load(file)
inputs, hidden, classes = job["sizes"]
batch, samples = job["batch"], job["samples"]

import numpy as np


def read(name, *shape, dtype=np.float32):
    return np.fromfile(f"{folder}/{name}", dtype=dtype).reshape(shape)


X = read("x", samples, inputs)
labels = read("labels", samples, dtype=np.int32)
Y = np.eye(classes, dtype=np.float32)[labels]
F = read("F", inputs, classes)
W1, W2 = read("W0", inputs, hidden), read("W1", hidden, classes)
b1, b2 = np.zeros(hidden, np.float32), np.zeros(classes, np.float32)


def epoch_numpy(order):
    global W1, W2, b1, b2
    for first in range(0, samples, batch):
        chosen = order[first : first + batch]
        x, y = X[chosen], Y[chosen]
        step = np.float32(rate / len(chosen))
        h = np.maximum(x @ W1 + b1, 0)
        logits = h @ W2 + b2
        p = np.exp(logits - logits.max(1, keepdims=True))
        e = p / p.sum(1, keepdims=True) - y
        modulated = x + e @ F.T
        h_err = np.maximum(modulated @ W1 + b1, 0)
        post = h - h_err
        W1 -= step * (modulated.T @ post)
        b1 -= step * post.sum(0)
        W2 -= step * (h_err.T @ e)
        b2 -= step * e.sum(0)


if kind == "torch":
    import torch

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    X, Y, F, W1, W2, b1, b2 = map(torch.from_numpy, (X, Y, F, W1, W2, b1, b2))
    parameters = [W1, b1, W2, b2]
    by = {
        "sgd": lambda: None,
        "momentum": lambda: torch.optim.SGD(parameters, lr=rate, momentum=0.9),
        "nesterov": lambda: torch.optim.SGD(parameters, lr=rate, momentum=0.9, nesterov=True),
        "adam": lambda: torch.optim.Adam(parameters, lr=rate, fused=True),
    }[optimiser]()


def epoch_torch(order):
    global W1, W2, b1, b2
    order = torch.from_numpy(order)
    for first in range(0, samples, batch):
        chosen = order[first : first + batch]
        x, y = X[chosen], Y[chosen]
        step = rate / len(chosen)
        h = torch.relu(x @ W1 + b1)
        e = torch.softmax(h @ W2 + b2, 1) - y
        modulated = x + e @ F.T
        h_err = torch.relu(modulated @ W1 + b1)
        post = h - h_err
        if by:
            W1.grad, b1.grad = (modulated.T @ post) / len(chosen), post.mean(0)
            W2.grad, b2.grad = (h_err.T @ e) / len(chosen), e.mean(0)
            by.step()
            continue
        W1 -= step * (modulated.T @ post)
        b1 -= step * post.sum(0)
        W2 -= step * (h_err.T @ e)
        b2 -= step * e.sum(0)


version = np.__version__ if kind == "numpy" else torch.__version__
print(f"{kind} {version}", flush=True)
for line in sys.stdin:
    if line.strip() == "save":
        np.asarray(W1).tofile(f"{folder}/{kind}-{optimiser}-W0")
        np.asarray(W2).tofile(f"{folder}/{kind}-{optimiser}-W1")
        print("saved", flush=True)
        continue
    order = read(line.strip(), samples, dtype=np.int32).astype(np.int64)
    start, used = time.perf_counter(), time.process_time()
    (epoch_numpy if kind == "numpy" else epoch_torch)(order)
    print(time.perf_counter() - start, time.process_time() - used, flush=True)
