"""COBA of bench/simulators.ts in Brian2's C++ standalone mode. Usage: brian2_coba.py METHOD CASE MS FOLDER [NETWORK]

METHOD integrates the neurons: euler, rk4 or exponential_euler. NETWORK is a folder that experiments/coba/experiment.ts
has written: its synapses, potentials at the start and first spikes then take the place of draws.
"""
import os
import sys

import brian2 as b
import numpy as np
from brian2 import Hz, mV, ms
from networks import COBA as C, DT, SIZES, report

method, case, duration, folder = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]
given = sys.argv[5] if len(sys.argv) > 5 else None
n = SIZES["cuba-4k"][0]
p = SIZES["cuba-4k"][1]
ne = n * 4 // 5
b.prefs.logging.console_log_level = "ERROR"
b.set_device("cpp_standalone", build_on_run=False)
b.defaultclock.dt = DT * ms
b.seed(42)
names = dict(taum=C["tau_m"] * ms, taue=C["tau_e"] * ms, taui=C["tau_i"] * ms, Vt=C["threshold"] * mV, Vr=C["reset"] * mV,
             El=C["rest"] * mV, Ee=C["e_exc"] * mV, Ei=C["e_inh"] * mV, we=C["w_e"], wi=C["w_i"])
equations = """dv/dt = (ge * (Ee - v) + gi * (Ei - v) - (v - El)) / taum : volt (unless refractory)
dge/dt = -ge / taue : 1
dgi/dt = -gi / taui : 1"""
# Brian2 counts from the beginning of the step that ends with the spike: one more holds as many steps as others do.
held = (C["refractory"] + DT) * ms
g = b.NeuronGroup(n, equations, threshold="v >= Vt", reset="v = Vr", refractory=held, method=method, namespace=names)
e = b.Synapses(g[:ne], g, on_pre="ge += we", namespace=names, delay=C["delay"] * ms)
i = b.Synapses(g[ne:], g, on_pre="gi += wi", namespace=names, delay=C["delay"] * ms)
if given:
    read = lambda name, kind: np.fromfile(os.path.join(given, name), kind)
    g.v = read("potentials.f64", "f8") * mV
    for synapses, kind in ((e, "E"), (i, "I")):
        synapses.connect(i=read(f"{kind}-pre.u32", "u4").astype("i4"), j=read(f"{kind}-post.u32", "u4").astype("i4"))
    times, neurons = read("noise-times.f64", "f8"), read("noise-neurons.u32", "u4").astype("i4")
    noise = b.SpikeGeneratorGroup(len(times), np.arange(len(times)), times * ms)
    first = b.Synapses(noise, g, on_pre="ge += we", namespace=names)
    first.connect(i=np.arange(len(times)), j=neurons)
    others = [noise, first]
else:
    g.v = "Vr + rand() * (Vt - Vr)"
    e.connect(p=p)
    i.connect(p=p)
    others = [b.PoissonInput(g, "ge", 1, C["noise"] * Hz, when="start", weight="we")]
counter = b.SpikeMonitor(g, record=given is not None)
net = b.Network(g, e, i, counter, *others)
# Draws of an input that has ended would cost as much as the network.
net.run(min(duration, C["stop"]) * ms)
net.remove(*others)
net.run(max(0.0, duration - C["stop"]) * ms)
b.device.build(directory=folder, compile=True, run=False)
child = os.fork()
if child == 0:
    os.chdir(folder)
    os.execv("./main", ["./main"])
_, status, used = os.wait4(child, 0)
if status:
    sys.exit("the program failed")
b.get_device().has_been_run = True
seconds = used.ru_utime + used.ru_stime
# The process builds and simulates; what of it was the simulation is known by the clock alone.
run = float(open(os.path.join(folder, "results", "last_run_info.txt")).read().split()[0])
spikes = int(np.sum(counter.count[:]))
if given:
    np.array(counter.t / ms, "f8").tofile(os.path.join(given, "spike-times.f64"))
    np.array(counter.i, "u4").tofile(os.path.join(given, "spike-neurons.u32"))
report(f"Brian2 {b.__version__}, {method}", max(0.0, seconds - run), min(run, seconds), spikes, n, len(e) + len(i), duration)
