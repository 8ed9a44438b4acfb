// One network of bench/simulators.ts in Auryn, as its users write them. Usage: auryn_networks CASE MS FOLDER, after
//
//     mpicxx -std=c++17 -O3 -march=native -ffast-math -I AURYN/src -I BUILD/src auryn_networks.cpp BUILD/src/libauryn.a
//         -lboost_mpi -lboost_serialization -lboost_program_options -lboost_system -lboost_filesystem -o auryn_networks
//
// with Auryn's sources in AURYN, built in BUILD. A group's least delay is 8 steps, so that CUBA has 0.8 ms.
#include <auryn.h>
#include <sys/resource.h>

using namespace auryn;

static double cpu() {
	struct rusage of;
	getrusage(RUSAGE_SELF, &of);
	return of.ru_utime.tv_sec + of.ru_stime.tv_sec + 1e-6 * (of.ru_utime.tv_usec + of.ru_stime.tv_usec);
}

// LIF neuron with one decaying drive for excitation and one for inhibition, volts and seconds, as CUBA has them.
class CubaGroup : public NeuronGroup {
	AurynStateVector *excitation, *inhibition, *change;
	AurynVector<unsigned short> *resting;
	AurynFloat threshold, reset, rest, keep, fade_e, fade_i;

public:
	CubaGroup(NeuronID size) : NeuronGroup(size) {
		sys->register_spiking_group(this);
		threshold = -50e-3; reset = -60e-3; rest = -49e-3;
		keep = auryn_timestep / 20e-3;
		fade_e = std::exp(-auryn_timestep / 5e-3);
		fade_i = std::exp(-auryn_timestep / 10e-3);
		excitation = get_state_vector("excitation");
		inhibition = get_state_vector("inhibition");
		change = get_state_vector("_change");
		default_exc_target_state = excitation;
		default_inh_target_state = inhibition;
		resting = new AurynVector<unsigned short>(get_vector_size());
		clear();
	}
	void clear() override {
		clear_spikes();
		for (NeuronID i = 0; i < get_rank_size(); i++) mem->set(i, reset + (threshold - reset) * drand48());
		excitation->set_all(0);
		inhibition->set_all(0);
		resting->set_all(0);
	}
	void evolve() override {
		change->diff(rest, mem);
		change->add(excitation);
		change->add(inhibition);
		mem->saxpy(keep, change);
		AurynState *v = mem->data;
		unsigned short *left = resting->data;
		for (NeuronID i = 0; i < get_rank_size(); i++) {
			if (left[i] > 0) {
				left[i]--;
				v[i] = reset;
			} else if (v[i] > threshold) {
				push_spike(i);
				v[i] = reset;
				left[i] = 50;
			}
		}
		excitation->scale(fade_e);
		inhibition->scale(fade_i);
	}
	std::string get_output_line(NeuronID) override { return ""; }
	void load_input_line(NeuronID, const char *) override {}
};

// Additive pair STDP, all pairs, without the virtual call per synapse of Auryn's own.
class AdditiveConnection : public DuplexConnection {
	Trace *pre, *post;
	AurynFloat plus, minus;

public:
	AdditiveConnection(NeuronGroup *from, NeuronGroup *to, AurynWeight w, AurynFloat p)
		: DuplexConnection(from, to, w, p, MEM, "additive"), plus(1e-4 * 1e-3), minus(1.05e-4 * 1e-3) {
		pre = from->get_pre_trace(20e-3);
		post = to->get_post_trace(20e-3);
		set_min_weight(0);
		set_max_weight(3 * w);
	}
	void propagate() override {
		const AurynWeight most = get_max_weight();
		const SpikeContainer *arrived = src->get_spikes();
		for (NeuronID i : *arrived) {
			for (const NeuronID *c = w->get_row_begin(i); c != w->get_row_end(i); ++c) {
				AurynWeight *weight = w->get_data_ptr(c);
				transmit(*c, *weight);
				const AurynWeight less = *weight - minus * post->get(*c);
				*weight = less > 0 ? less : 0;
			}
		}
		const SpikeContainer *fired = dst->get_spikes_immediate();
		for (NeuronID j : *fired) {
			for (const NeuronID *c = bkw->get_row_begin(j); c != bkw->get_row_end(j); ++c) {
				_mm_prefetch((const char *)(bkw->get_data(c) + 2), _MM_HINT_NTA);
				AurynWeight *weight = bkw->get_data(c);
				const AurynWeight more = *weight + plus * pre->get(*c);
				*weight = more < most ? more : most;
			}
		}
	}
	void evolve() override {}
};

class Counter : public Monitor {
	SpikingGroup *group;

public:
	AurynLong spikes = 0;
	Counter(SpikingGroup *of) : Monitor(), group(of) { sys->register_device(this); }
	void execute() override { spikes += group->get_spikes_immediate()->size(); }
};

int main(int argc, char *argv[]) {
	const std::string kind = argv[1];
	const double ms = atof(argv[2]);
	auryn_init(1, argv, argv[3], "network", "", WARNING, WARNING);
	sys->quiet = true;
	double start = cpu();
	NeuronGroup *e, *i;
	std::vector<Connection *> connections;
	AurynLong neurons;
	if (kind.rfind("cuba", 0) == 0) {
		neurons = kind == "cuba-4k" ? 4000 : 40000;
		const double p = kind == "cuba-40k" ? 0.002 : 0.02, factor = kind == "cuba-40kp" ? 0.1 : 1;
		e = new CubaGroup(neurons * 4 / 5);
		i = new CubaGroup(neurons / 5);
		for (NeuronGroup *to : {e, i}) {
			connections.push_back(new SparseConnection(e, to, 1.62e-3 * factor, p, GLUT));
			connections.push_back(new SparseConnection(i, to, -9e-3 * factor, p, GABA));
		}
	} else {
		neurons = 12500;
		IafPscDeltaGroup *groups[2];
		for (int k = 0; k < 2; k++) {
			IafPscDeltaGroup *group = groups[k] = new IafPscDeltaGroup(k == 0 ? 10000 : 2500);
			group->set_tau_mem(20e-3);
			group->set_tau_ref(2e-3);
			group->e_rest = 0;
			group->e_reset = 10e-3;
			group->thr = 20e-3;
			group->set_delay(15);
			group->clear();
			new PoissonStimulator(group, 20e3, 0.1e-3);
		}
		e = groups[0];
		i = groups[1];
		if (kind == "brunel-stdp") connections.push_back(new AdditiveConnection(e, e, 0.1e-3, 0.1));
		else connections.push_back(new SparseConnection(e, e, 0.1e-3, 0.1, MEM));
		connections.push_back(new SparseConnection(e, i, 0.1e-3, 0.1, MEM));
		for (NeuronGroup *to : {e, i}) connections.push_back(new SparseConnection(i, to, -0.5e-3, 0.1, MEM));
	}
	Counter *counters[2] = {new Counter(e), new Counter(i)};
	double built = cpu();
	if (!sys->run(ms / 1000, false)) return 1;
	double done = cpu();
	AurynLong synapses = 0;
	for (Connection *connection : connections) synapses += connection->get_nonzero();
	const double spikes = counters[0]->spikes + counters[1]->spikes;
	printf("RESULT {\"simulator\": \"Auryn\", \"build\": %g, \"run\": %g, \"rateHz\": %g, \"events\": %.0f}\n",
		built - start, done - built, 1000 * spikes / neurons / ms, spikes * synapses / neurons);
	fflush(stdout);
	auryn_free();
	return 0;
}
