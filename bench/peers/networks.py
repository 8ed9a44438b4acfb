"""The networks of bench/simulators.ts as numbers, for simulators with a Python interface. Times in ms, potentials in mV."""
import json
import time

# Vogels & Abbott 2005 in the form of Brette et al. 2007, benchmark 2.
CUBA = dict(tau_m=20.0, tau_e=5.0, tau_i=10.0, rest=-49.0, threshold=-50.0, reset=-60.0, refractory=5.0, delay=0.1)
# Neurons, probability of a synapse, weights.
SIZES = {
    "cuba-4k": (4_000, 0.02, 1.62, -9.0),
    "cuba-40k": (40_000, 0.002, 1.62, -9.0),
    "cuba-40kp": (40_000, 0.02, 0.162, -0.9),
}
# The same review's benchmark 1: conductances in units of the leak's.
COBA = dict(CUBA, rest=-60.0, e_exc=0.0, e_inh=-80.0, w_e=0.6, w_i=6.7, noise=300.0, stop=50.0)
# Brunel 2000, model A, g = 5, eta = 2.
BRUNEL = dict(tau_m=20.0, threshold=20.0, reset=10.0, refractory=2.0, delay=1.5, e=10_000, i=2_500, j=0.1, g=5.0)
# External inputs of a neuron [1/ms].
BRUNEL["external"] = 2 * BRUNEL["threshold"] / (BRUNEL["j"] * BRUNEL["tau_m"])
# Additive pair STDP from E to E, all pairs.
STDP = dict(plus=1e-4, minus=1.05e-4, tau=20.0, most=0.3)
# Potjans & Diesmann 2014: neurons of the full network, external inputs, probabilities [target][source], rates [Hz].
MICROCIRCUIT = dict(
    size=[20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948],
    external=[1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100],
    p=[[0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0], [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
       [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0], [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
       [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0], [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0],
       [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252], [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443]],
    rate=[0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829],
    tau_m=10.0, tau_syn=0.5, psp=0.15, background=8.0)
# By case, the fraction of its neurons, and of the synapses of each.
SCALES = {"microcircuit": 0.1, "microcircuit-fifth": 0.2}
DT = 0.1


class Laps:
    """Seconds of the processor since the last lap."""

    def __init__(self):
        self.last = time.process_time()

    def lap(self):
        now = time.process_time()
        taken, self.last = now - self.last, now
        return taken


def report(simulator, build, run, spikes, neurons, synapses, ms):
    events = spikes * synapses / neurons
    rate = 1000 * spikes / neurons / ms
    print("RESULT " + json.dumps(dict(simulator=simulator, build=build, run=run, rateHz=rate, events=events)), flush=True)
