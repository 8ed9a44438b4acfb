"""Adaptive neurons, which NEST has not, in Brian2 on the same lattice. Usage: against_brian.py FOLDER, as networks.mjs has it."""

import sys
from pathlib import Path

import brian2
import numpy as np
from brian2 import ms, mV

brian2.prefs.codegen.target = "numpy"
brian2.defaultclock.dt = dt = 0.1 * ms
# As on our lattice: at each point inputs, then thresholds, then resets; then all move to the next.
brian2.magic_network.schedule = ["start", "synapses", "thresholds", "resets", "groups", "end"]

ours = np.load(Path(sys.argv[1]) / "alif" / "ours.npz")
own = ours["population"] == 0
steps = np.rint(ours["times"] / 0.1).astype(int)
source = brian2.SpikeGeneratorGroup(100, ours["neuron"][own].astype(int), steps[own] * dt)
neurons = brian2.NeuronGroup(
    200,
    "dv/dt = -v / (20*ms) : volt\nda/dt = -a / (150*ms) : volt",
    threshold="v >= 15*mV + a",
    reset="v = 0*mV; a += 1.5*mV",
    method="exact",
)
kept = []
for q, (pre, delay) in enumerate([(source, 0.5), (neurons, 1.5)]):
    synapses = brian2.Synapses(pre, neurons, "w : volt", on_pre="v_post += w")
    synapses.connect(i=ours[f"pre_{q}"].astype(int), j=ours[f"post_{q}"].astype(int))
    synapses.w = ours[f"weight_{q}"] * mV
    # A spike is put on its way at the synapses' turn in the next step.
    synapses.delay = delay * ms - dt
    kept.append(synapses)
monitor = brian2.SpikeMonitor(neurons)
network = brian2.Network(brian2.collect(), kept)
network.schedule = brian2.magic_network.schedule
network.run(1000 * ms)

theirs = set(zip(np.rint(np.asarray(monitor.t / dt)).astype(int).tolist(), np.asarray(monitor.i).tolist()))
mine = {(step, neuron) for step, neuron in zip(steps[~own].tolist(), ours["neuron"][~own].tolist()) if step < 10_000}
both = len(mine & theirs)
print(f"| ours | Brian2 {brian2.__version__} | network | spikes | of them in both | largest difference |")
print("| --- | --- | --- | --- | --- | --- |")
told = "0 steps" if mine == theirs else ""
print(f"| grid, double | `alif` by its equations | 200 neurons, 1 s | {len(mine):,} | {both:,} | {told} |")
if mine != theirs or len(mine) < 500:
    sys.exit(f"FAILED: agreement with Brian2: {len(mine)} spikes of ours, {len(theirs)} of Brian2, {both} in both")
