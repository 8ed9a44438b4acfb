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
