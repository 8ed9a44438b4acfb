/**
 * What lies where in the memory that TypeScript and the kernels share. Both read this file: it is TypeScript and
 * AssemblyScript at once.
 *
 * A record is a row of places of 8 bytes, and the constants of a record are numbers of places. A place holds a double, or,
 * where its comment says so, an integer or a float in its first 4 bytes; a flag is an integer. Addresses are integers too,
 * in bytes, 0 for none.
 */

// The record of `present`: one presentation of one layer. Integers:
export const SWEEP_NEURONS = 0;
export const SWEEP_EVENTS = 1;
/** [neurons] doubles: states, and their limits: Infinity for a neuron that is left out. */
export const SWEEP_U = 2;
export const SWEEP_LIMITS = 3;
/** [neurons] doubles and bytes: ends of refractory periods, and who waits above threshold for one. */
export const SWEEP_UNTIL = 4;
export const SWEEP_WAITING = 5;
/** [rows, neurons] floats. */
export const SWEEP_WEIGHTS = 6;
/**
 * [events]: row (4 bytes), time, factor, e(t), potential that a spike takes, whether it is the last of its instant (1). All but
 * the times are made of these and of the neurons.
 */
export const SWEEP_ROWS = 7;
export const SWEEP_TIMES = 8;
export const SWEEP_SCALES = 9;
export const SWEEP_ES = 10;
export const SWEEP_DROPS = 11;
export const SWEEP_LASTS = 12;
/** [room] times and numbers of the neurons that fire, in order of neurons. */
export const SWEEP_OUT_TIMES = 13;
export const SWEEP_OUT_NEURONS = 14;
export const SWEEP_ROOM = 15;
/** Doubles: of the limits, and what `LayerKernel.present` is given. */
export const SWEEP_OFFSET = 16;
export const SWEEP_TAU = 17;
export const SWEEP_DROP = 18;
export const SWEEP_TAU_REF = 19;
/** What an input spike stands for. */
export const SWEEP_GAIN = 20;
/** Integers: number of inputs, those numbered after them being their twins, and [events] neuron of each event. */
export const SWEEP_INPUTS = 21;
export const SWEEP_EVENT_NEURONS = 22;
export const SWEEP_SIZE = 23;

// The record of `stepMembrane` and `stepCurrents`: the neurons of one member of a crew. Integers:
/** A multiple of 8. */
export const STEP_NEURONS = 0;
/** [neurons] floats: potential above rest, and currents. */
export const STEP_V = 1;
export const STEP_E = 2;
export const STEP_I = 3;
/** [neurons] floats, or 0 where `drive` is everyone's. */
export const STEP_DRIVES = 4;
/** Whether a spike takes `reset` off until v is below threshold, or puts v to it. */
export const STEP_SUBTRACTS = 5;
/** Number of the first neuron. */
export const STEP_FIRST = 6;
/** [room]: who fired. */
export const STEP_OUT = 7;
export const STEP_ROOM = 8;
/** Floats, of `stepDouble` doubles as are the lists above: v = v decay + drive + e fromE + i fromI, then e = e decayE, i = i decayI. */
export const STEP_DECAY = 9;
export const STEP_DRIVE = 10;
export const STEP_FROM_E = 11;
export const STEP_FROM_I = 12;
export const STEP_DECAY_E = 13;
export const STEP_DECAY_I = 14;
/** Added to currents, so that they keep out of the slow range of tiny numbers. */
export const STEP_SPECK = 15;
export const STEP_RESET = 16;
/** Of `stepMembrane`, [neurons] i32: the first step at which each may fire again, and steps that it waits; 0 where none does. */
export const STEP_BLOCKED = 17;
export const STEP_WAIT = 18;
export const STEP_SIZE = 19;

// The record of the kernels of neurons without an exact step, in `assembly/ode.ts`: places 0 to 8 as above, but for
// STEP_SUBTRACTS, then, as floats, STEP_DRIVE, STEP_SPECK, STEP_RESET, and:
/** Integer: [neurons] floats, what a spike adds `jump` to besides the reset; 0 for none. */
export const ODE_U = 17;
/** Floats. */
export const ODE_JUMP = 18;
/** 2 and 1 / 3. */
export const ODE_TWO = 19;
export const ODE_THIRD = 20;
/** dt / tauMem, halved. */
export const ODE_LEAK = 21;
/** What is left of conductances after half a step and after one. */
export const ODE_HALF_E = 22;
export const ODE_HALF_I = 23;
export const ODE_FULL_E = 24;
export const ODE_FULL_I = 25;
/** Inhibitory reversal potential, what the leak adds in half a step there, and from there to the excitatory one. */
export const ODE_ORIGIN = 26;
export const ODE_SHIFT = 27;
export const ODE_SPAN = 28;
/** Where slopes of the potential are cut off. */
export const ODE_PEAK = 29;
/** Slope of the potential: times its square, and times itself; times the second state; all halved. */
export const ODE_SQUARE = 30;
export const ODE_LINEAR = 31;
export const ODE_HALF = 32;
/** Slope of the second state: times the potential, and times itself, halved. */
export const ODE_FOLLOW = 33;
export const ODE_DECAY = 34;
/** Of an exponential rise: where it begins, 1 / its width, and how steep it is there, halved. */
export const ODE_SOFT = 35;
export const ODE_STEEP = 36;
export const ODE_RISE = 37;
/** 1 where synapses are conductances, 0 where they are currents. */
export const ODE_PULL = 38;
/** What a potential counts as while it is held. */
export const ODE_HELD = 39;
export const ODE_SIZE = 40;

// The record of `deliver` and `deliverDouble`: rows of synapses, cut into segments; floats of the latter are doubles. Integers:
/** [rows * segments + 1] u32: where segments begin, those of one row after the other. */
export const ROWS_STARTS = 0;
export const ROWS_SEGMENTS = 1;
export const ROWS_TARGETS = 2;
/** Whether targets are 4 bytes each, else 2. */
export const ROWS_WIDE = 3;
/** Floats, one per synapse, or 0 where all are `weight`. */
export const ROWS_WEIGHTS = 4;
/** Floats to which weights are added. */
export const ROWS_ACC = 5;
/** A float; for `deliverRow` a double. */
export const ROWS_WEIGHT = 6;
/** Has no meaning. */
export const ROWS_READ = 7;
/** A double: what each of the weights is multiplied by. */
export const ROWS_FACTOR = 8;
export const ROWS_SIZE = 9;

// The record of `deliverDense`: the columns of a matrix that one member of a crew has. Integers:
/** [rows, stride] floats, of which each row's first `columns`, a multiple of 4, are delivered. */
export const DENSE_WEIGHTS = 0;
export const DENSE_STRIDE = 1;
export const DENSE_COLUMNS = 2;
/** Floats to which positive and negative weights are added, which may be one. */
export const DENSE_EXC = 3;
export const DENSE_INH = 4;
/** Floats. */
export const DENSE_SCALE_EXC = 5;
export const DENSE_SCALE_INH = 6;
export const DENSE_SIZE = 7;

// The record of `shiftDense`: that of `deliverDense`, and, an address, floats, and an integer:
/** [columns]: what each column's weights change by. */
export const SHIFT_BY = 7;
export const SHIFT_LOW = 8;
export const SHIFT_HIGH = 9;
/** Not 0 where weights keep their signs. */
export const SHIFT_KEEPS = 10;
/** [rows] floats: a factor on that, or 0 where there is none. */
export const SHIFT_FACTORS = 11;
export const SHIFT_SIZE = 12;

// The record of `deliverList` and `shiftList`: that of `shiftDense`, without a stride and columns, whose weights are one for
// each synapse, and, as integers:
/** [rows, members of a crew] and one more: where each member's stretch of a row begins. */
export const LIST_STARTS = 12;
export const LIST_MEMBERS = 13;
export const LIST_MEMBER = 14;
/** [synapses], of 4 bytes where they are wide, else of 2. */
export const LIST_TARGETS = 15;
export const LIST_WIDE = 16;
export const LIST_SIZE = 17;

// The record of `stdp`: that of `deliver`, whose weight is the gain, then, as integers, the segment of one member of a
// crew, and:
export const STDP_SEGMENT = 7;
/** [pre]: presynaptic trace, the step that it is of, the step up to which a row is done. */
export const STDP_VALUE = 8;
export const STDP_SINCE = 9;
export const STDP_DONE = 10;
/** [post] floats: postsynaptic trace now. */
export const STDP_Y = 11;
/** [post, 4] i32: steps of each postsynaptic neuron's last spikes, the oldest first, -1 for none. */
export const STDP_RECENT = 12;
/** [post] i32: spikes of each postsynaptic neuron so far. */
export const STDP_COUNTS = 13;
/** [post, STDP_KEPT] i32: steps of its last spikes. */
export const STDP_FIRES = 14;
/** [length + 1] floats: decay of the presynaptic trace over so many steps; then 0. */
export const STDP_TABLE = 15;
export const STDP_LENGTH = 16;
/** Whether only nearest spikes make pairs. */
export const STDP_NEAREST = 17;
/** Floats: a weight moves by aPlus (P0 + P1 w) times the presynaptic trace, and by -aMinus (D0 + D1 w) times the postsynaptic one. */
export const STDP_A_PLUS = 18;
export const STDP_A_MINUS = 19;
export const STDP_P0 = 20;
export const STDP_P1 = 21;
export const STDP_D0 = 22;
export const STDP_D1 = 23;
export const STDP_W_MIN = 24;
export const STDP_W_MAX = 25;
export const STDP_SIZE = 26;
/** Spikes of a postsynaptic neuron that are kept until every row has seen them. */
export const STDP_KEPT = 32;

// The record of `poisson`: the neurons of one member of a crew. Integers:
/** Numbers of the first neuron and of the one behind the last, multiples of 8. */
export const POISSON_FIRST = 0;
export const POISSON_LAST = 1;
/** Floats to which inputs are added, from neuron 0 on. */
export const POISSON_ACC = 2;
export const POISSON_KEY_0 = 3;
export const POISSON_KEY_1 = 4;
/** [count] i32, ascending: the number of inputs is the number of levels below a word, both moved down by 2^31. */
export const POISSON_LEVELS = 5;
/** A multiple of 8. */
export const POISSON_COUNT = 6;
/** A float, or a double. */
export const POISSON_WEIGHT = 7;
/** An integer: whether inputs are added to doubles. */
export const POISSON_DOUBLE = 8;
export const POISSON_SIZE = 9;

// The record of `inferBlock`: a layer over a batch of samples. Integers:
/** Synaptic currents: 0, 1 or 2; see `LatticeTables`, whose tables lie one after the other, `reach + 1` floats each. */
export const BATCH_CURRENTS = 0;
export const BATCH_TABLES = 1;
export const BATCH_REACH = 2;
/** Whether all neurons have one threshold. */
export const BATCH_UNIFORM = 3;
export const BATCH_SAMPLES = 4;
/** Points of the lattice in a sample. */
export const BATCH_STEPS = 5;
/** [samples + 1], of `BatchInputs`: where each sample's sums and segments begin. */
export const BATCH_SUM_STARTS = 6;
export const BATCH_SEGMENT_STARTS = 7;
/** [any, 3] u32: addresses of a sum and of the two rows that it adds. */
export const BATCH_SUMS = 8;
/** [samples, steps, 2] u32: addresses of the two rows that arrive at a step. */
export const BATCH_INPUTS = 9;
/** [any, 2] i32: last step, and whether nothing arrives in it. */
export const BATCH_SEGMENTS = 10;
/** Whether a spike puts the potential to `reset`, where it is held while refractory, or takes `reset` off. */
export const BATCH_FIXED = 11;
/** Refractory period [steps]. */
export const BATCH_REFRACTORY = 12;
/** [samples] i32, and [samples, room, 2] i32: how many spikes, and step and neuron of each. */
export const BATCH_COUNTS = 13;
export const BATCH_SPIKES = 14;
export const BATCH_ROOM = 15;
export const BATCH_SIZE = 16;

/** Neurons of a block, which `inferBlock` runs together. */
export const LANES = 16;
/** Bytes from a block's address to its rows of one number of 4 bytes for each neuron; the first four are given. */
export const LANE_START = 0;
export const LANE_THETA = 64;
/** A little below theta, so that no rounding of a bound hides a crossing. */
export const LANE_LIMIT = 128;
export const LANE_RESET = 192;
export const LANE_V = 256;
/** Currents, times the potential that they add in one step. */
export const LANE_E = 320;
export const LANE_I = 384;
/** The step at which a neuron may fire again; `LANE_FREE` for those whose potential is not held. */
export const LANE_UNTIL = 448;
export const LANE_BYTES = 512;
export const LANE_FREE = 2147483647;

// The record of a population that keeps its state by modes. Doubles, but where it says integers:
export const MODES_LAMBDA = 0;
export const MODES_MU_E = 1;
export const MODES_MU_I = 2;
/** Time from which the modes of those with a recent event count [ms], and how long it is the same. */
export const MODES_ORIGIN = 3;
export const MODES_EPOCH = 4;
/** How far below threshold counts as below for sure [mV]. */
export const MODES_MARGIN = 5;
/** Buckets of time, in which neurons wait to be looked at again: 1 / width, and number of the present one. */
export const MODES_PER_BUCKET = 6;
export const MODES_BUCKET = 7;
/** Integers: place of the present bucket in the calendar, neurons in buckets, and in the heap of those due. */
export const MODES_PRESENT = 8;
export const MODES_ENTRIES = 9;
export const MODES_DUE = 10;
/** Integers: addresses, and number of the population. */
export const MODES_STATE = 11;
export const MODES_LINKS = 12;
export const MODES_HEADS = 13;
export const MODES_HEAP = 14;
export const MODES_ID = 15;
/** What a weight of 1 takes off the mode of its current. */
export const MODES_PER_E = 16;
export const MODES_PER_I = 17;
/** What is left now of modes of 1 at the origin, and the inverse. */
export const MODES_LEFT_M = 18;
export const MODES_LEFT_E = 19;
export const MODES_LEFT_I = 20;
export const MODES_UP_M = 21;
export const MODES_UP_E = 22;
export const MODES_UP_I = 23;
/**
 * Five lists about the pieces of time after an event, after a 0: where each ends [ms]; what is left of a membrane's mode
 * of 1 at its beginning, and at its end; and what is left of those of the currents, over that, e's at its end and i's at
 * its beginning, where they count most. Then what is left of m, e and i at the end of all pieces.
 */
export const MODES_PIECES = 25;
export const MODES_PIECE_COUNT = 6;
/** The present; refractory period [ms] and reset above threshold [mV]; an address: the record of one synapse. */
export const MODES_NOW = 58;
export const MODES_TAU_REF = 59;
export const MODES_DEPTH = 60;
export const MODES_ONE = 61;
export const MODES_PAIRS = 62;
export const MODES_SIZE = 63;
/** Buckets of the calendar, a power of 2. */
export const MODES_BUCKETS = 256;

// The state of one of its neurons, one line of the cache.
export const NEURON_M = 0;
export const NEURON_E = 1;
export const NEURON_I = 2;
/** Where the potential settles, above threshold [mV]. */
export const NEURON_X = 3;
export const NEURON_REFRACTORY = 4;
export const NEURON_LAST = 5;
/** Time before which it does not cross, or when it does. */
export const NEURON_BOUND = 6;
export const NEURON_SIZE = 8;
/** Places of 4 bytes: bucket in the calendar or -1, and whether `bound` is a crossing. */
export const NEURON_SLOT = 14;
export const NEURON_CROSSES = 15;

// Its links, places of 4 bytes: next and previous in its bucket, place in the heap or -1.
export const LINK_NEXT = 0;
export const LINK_PREVIOUS = 1;
export const LINK_PLACE = 2;
export const LINK_SIZE = 4;

// The record of `presentSingle`: a network in layers in single precision. Places in time are e(t) = exp(t / tau), or
// t itself without a leak, as in `LifLayer`. Integers:
export const NET_DEPTH = 0;
/** Records of the layers, one after the other. */
export const NET_LAYERS = 1;
export const NET_LEAKY = 2;
/** Whether learning reads the drive, else spikes. */
export const NET_READS_DRIVE = 3;
/** Spikes of a population, at most. */
export const NET_ROOM = 4;
/** [room] events, and spikes as they are fired and in order of time: 16 bytes each. */
export const NET_EVENTS = 5;
export const NET_FIRED = 6;
export const NET_SORTED = 7;
/** [room + 1] words. */
export const NET_STARTS = 8;
/** [widest] floats: state, limits, ends of refractory periods, sums of e over own spikes; bytes: who waits for such an end. */
export const NET_STATE = 9;
export const NET_LIMITS = 10;
export const NET_UNTIL = 11;
export const NET_SPENT = 12;
export const NET_WAITING = 13;
/** [widest]: where a row begins, and its factor as a float. */
export const NET_ACTIVE = 14;
/** Of a presentation: input spikes, and [inputs] doubles of analogue drive, 0 for none. */
export const NET_INPUTS = 15;
export const NET_ANALOGUE = 16;
/** Doubles: time constant and length of a presentation [ms]. */
export const NET_TAU = 17;
export const NET_DURATION = 18;
/** Floats: e at the end, what a spike at 0 has left then, over e; factor or summand of a refractory period, 0 for none. */
export const NET_END = 19;
export const NET_LEFT = 20;
export const NET_HOLD = 21;
/** Where a drive of 1 lets a membrane settle, or moves it in a ms without a leak. */
export const NET_SETTLE = 22;
export const NET_THRESHOLD = 23;
/** Of the readout; 0 where it never fires. */
export const NET_READOUT = 24;
export const NET_SATURATION = 25;
/** Of a presentation: what an input spike stands for, and a unit of activity. */
export const NET_GAIN = 26;
export const NET_SCALE = 27;
/** Integer: inputs with an analogue drive, of the last presentation. */
export const NET_ROWS = 28;
/** Of convolutions, in words: events by place, so many of 16 bytes, and where those of a place begin and end. */
export const NET_LISTS = 29;
export const NET_LIST_ROOM = 30;
export const NET_PLACES = 31;
/**
 * Of a drive by a vector that a fixed matrix brings: what it is at the inputs, doubles, or 0 for none; what it does to the first
 * layer, floats; the vector, doubles, and how long it is. See `singleFixed`.
 */
export const NET_BROUGHT = 32;
export const NET_MIXED = 33;
export const NET_VECTOR = 34;
export const NET_COLUMNS = 35;
/**
 * Of such a network: what the drive of the inputs beside that did to the first layer, floats, by which drive, doubles, and whether
 * that is so. Who changes weights takes it back.
 */
export const NET_BASE = 36;
export const NET_BASE_OF = 37;
export const NET_BASED = 38;
export const NET_SIZE = 39;
/** Of one presentation, by which its spikes are sorted: at most, and the power of two that this is. */
export const NET_BUCKETS = 1024;
export const NET_BUCKET_BITS = 10;

// The record of one of its layers. Integers:
export const LAYER_PRE = 0;
export const LAYER_POST = 1;
/** [pre, post], [post] floats. */
export const LAYER_WEIGHTS = 2;
export const LAYER_BIASES = 3;
/** [post] bytes: 1 for a neuron that is left out of a presentation; 0 for none. */
export const LAYER_SILENT = 4;
/** [pre, post], [post] floats: what has been collected of changes. */
export const LAYER_CHANGES = 5;
export const LAYER_BIAS_CHANGES = 6;
/** Products of a third factor and an eligibility that wait, how many, and at most. */
export const LAYER_ASKED = 7;
export const LAYER_ASKS = 8;
/** [post / 32, rounded up, asks, 32] floats: third factors. */
export const LAYER_POSTS = 9;
/** [asks, pre] entries of 12 bytes: row, factor as a float, whose; how many wait. */
export const LAYER_ENTRIES = 10;
export const LAYER_WAITING = 11;
/** The same by rows, of 8 bytes: where the third factors lie, factor as a float. */
export const LAYER_SORTED = 12;
/** [pre + 1] words: entries of each row, and where those of a row begin. */
export const LAYER_COUNTS = 13;
export const LAYER_STARTS = 14;
/** Whether `changes` hold something. */
export const LAYER_DIRTY = 15;
/** Rows that are changed here, as they were last asked for: the first, and how far apart. Others may be another thread's. */
export const LAYER_FIRST = 16;
export const LAYER_EVERY = 17;
/** Pool below: 0 for none, 1 average, 2 max; [neurons below] words, the pool of each or -1; float: what a spike counts for there. */
export const LAYER_POOL = 18;
export const LAYER_POOLS = 19;
export const LAYER_SHARE = 20;
/** Side of a kernel that slides over maps, 0 for none; its steps and what it hangs over; maps below and above. */
export const LAYER_KERNEL = 21;
export const LAYER_STRIDE = 22;
export const LAYER_PADDING = 23;
export const LAYER_WIDTH = 24;
export const LAYER_CHANNELS = 25;
export const LAYER_TO_HEIGHT = 26;
export const LAYER_TO_WIDTH = 27;
/** Shape of the weights: rows, and columns or maps above. */
export const LAYER_ROWS = 28;
export const LAYER_COLUMNS = 29;
export const LAYER_SIZE = 30;

// A population in the record of a presentation, from the input to the readout, then the pools below each layer. Integers:
/** [room] doubles, words, floats: spikes in order of time; how many. */
export const SHOWN_TIMES = 0;
export const SHOWN_NEURONS = 1;
export const SHOWN_ES = 2;
export const SHOWN_COUNT = 3;
/** [neurons] doubles, see `Presentation`; the trace of the readout is the logits. */
export const SHOWN_TRACE = 4;
export const SHOWN_POTENTIAL = 5;
export const SHOWN_DRIVE = 6;
export const SHOWN_RESPONSE = 7;
export const SHOWN_GATE = 8;
export const SHOWN_SIZE = 9;

// The record of `rateCode`. Integers:
export const CODE_INPUTS = 0;
/** [inputs] floats, and doubles. */
export const CODE_INTENSITIES = 1;
export const CODE_PHASES = 2;
/** [room] of 16 bytes, before they are sorted; [CODE_BUCKETS + 2] words for that; [room] doubles and words, sorted. */
export const CODE_FIRED = 3;
export const CODE_STARTS = 4;
export const CODE_TIMES = 5;
export const CODE_NEURONS = 6;
export const CODE_ROOM = 7;
/** Doubles: length of a presentation [ms], spikes of full intensity. */
export const CODE_DURATION = 8;
export const CODE_MOST = 9;
/** 0: spikes come at any time. */
export const CODE_RESOLUTION = 10;
/** Integer: [inputs + 1] of 16 bytes: those that are not dark, and the interval of each, a double. */
export const CODE_ACTIVE = 11;
export const CODE_SIZE = 12;
export const CODE_BUCKETS = 1024;

// The record of `drawShots`: Poisson inputs of neurons at their own times, kept eight at a time. Integers:
export const SHOTS_NEURONS = 0;
export const SHOTS_KEY_0 = 1;
export const SHOTS_KEY_1 = 2;
/** [neurons]: begin and end of each one's present block [ms], doubles, and its number (4 bytes). */
export const SHOTS_BEGINS = 3;
export const SHOTS_ENDS = 4;
export const SHOTS_BLOCKS = 5;
/** [neurons] u32: which is the next of the block; for `takeShots`, or 0. */
export const SHOTS_PLACES = 6;
/** [neurons, 8] doubles: times of the block; [neurons]: the last of them. */
export const SHOTS_TIMES = 7;
export const SHOTS_LASTS = 15;
/** [neurons] doubles: the next time, and the least of each few of them; for `takeShots`, or 0. */
export const SHOTS_NEXT = 8;
export const SHOTS_LEAST = 9;
/** The order of its packets. */
export const SHOTS_ORDER = 10;
/** Doubles: mean waiting time and end [ms], weight. */
export const SHOTS_WAIT = 11;
export const SHOTS_STOP = 12;
export const SHOTS_WEIGHT = 13;
/** An integer: neurons that share one least time. */
export const SHOTS_TOGETHER = 14;
/** [neurons] u32: whose next blocks are drawn. */
export const SHOTS_DUE = 17;
/** For `deltaTogether`, or 0. [neurons, 8] i64: what the inputs of the block add. */
export const SHOTS_VALUES = 16;
/** [neurons]: begin (a double) and number (4 bytes) of the block at the beginning of a window, of those. */
export const SHOTS_FIRST_BEGINS = 18;
export const SHOTS_FIRST_BLOCKS = 19;
export const SHOTS_SIZE = 20;

// The record of what reaches a population in a window of time. Integers:
/** [room, PACKET_BYTES], and room for sorting them; [room + 1] u32 for sorting. */
export const WINDOW_PACKETS = 0;
export const WINDOW_SPARE = 1;
export const WINDOW_PLACES = 2;
export const WINDOW_COUNT = 3;
export const WINDOW_ROOM = 4;
/** [SPIKE_BYTES of each]: who fired, how many, and how many fit. */
export const WINDOW_SPIKES = 5;
export const WINDOW_FIRED = 6;
export const WINDOW_SPIKES_ROOM = 7;
/** Synapses reached so far, a double. */
export const WINDOW_EVENTS = 8;
export const WINDOW_SIZE = 9;

/**
 * Bytes of a packet, which is a stretch of a row that arrives at one time, or an input to one neuron: its time (a double),
 * the record of its rows or 0, its first synapse or the neuron, then the synapse behind its last and its row, or the weight
 * (a double), and its order among those of one time.
 */
export const PACKET_BYTES = 32;
export const PACKET_ROWS = 8;
export const PACKET_FROM = 12;
export const PACKET_TO = 16;
export const PACKET_ROW = 20;
export const PACKET_WEIGHT = 16;
export const PACKET_ORDER = 24;

/** Bytes of a spike: its time (a double), the neuron. */
export const SPIKE_BYTES = 16;
export const SPIKE_NEURON = 8;

// The record of `takeFlights`: rows whose synapses have delays of their own, on their way. Integers:
export const FLIGHTS_LIST = 0;
export const FLIGHTS_COUNT = 1;
export const FLIGHTS_ROOM = 2;
/** Floats, one per synapse, ascending in a row. */
export const FLIGHTS_DELAYS = 3;
export const FLIGHTS_ROWS = 4;
export const FLIGHTS_ORDER = 5;
export const FLIGHTS_SIZE = 6;
/** Bytes of one: its next time and when it was fired (doubles), next synapse, the one behind the last, row. */
export const FLIGHT_BYTES = 32;
export const FLIGHT_FIRED = 8;
export const FLIGHT_NEXT = 16;
export const FLIGHT_END = 20;
export const FLIGHT_ROW = 24;

// The record of a population whose potentials move by jumps, in whole numbers; see `LifWindows`. Integers:
export const DELTA_NEURONS = 0;
/** [neurons, MEMBRANE_BYTES]. */
export const DELTA_STATE = 1;
/** [neurons] i64: positive and negative input of a window. */
export const DELTA_PLUS = 2;
export const DELTA_MINUS = 3;
/** [neurons] bytes: who is looked at input by input. */
export const DELTA_FLAGS = 4;
/** [neurons, CARE_BYTES]: those. */
export const DELTA_CARE = 5;
/** [room, CARED_BYTES]: what reaches them. */
export const DELTA_INPUTS = 6;
export const DELTA_ROOM = 7;
/** Whether some current takes a neuron over threshold by itself. */
export const DELTA_DRIVEN = 8;
/** Record of Poisson inputs, or 0. */
export const DELTA_SHOTS = 9;
/** Doubles: time constant, origin [ms], units in 1 mV, refractory period, reset above threshold [mV]. */
export const DELTA_TAU = 10;
export const DELTA_ORIGIN = 11;
export const DELTA_SCALE = 12;
export const DELTA_TAU_REF = 13;
export const DELTA_DEPTH = 14;
/** Neurons looked at input by input so far. */
export const DELTA_CARED = 15;
/** Width of the lattice of windows [ms]. */
export const DELTA_WIDTH = 16;
/** An address: the first record of synapses with pair STDP onto the population, or 0; `MODES_PAIRS` likewise. */
export const DELTA_PAIRS = 17;
/** [DELTA_STRETCH + 1] u32: synapses of a stretch that lead to those. */
export const DELTA_HITS = 18;
export const DELTA_SIZE = 19;
/** Synapses that are looked through at a time. */
export const DELTA_STRETCH = 1024;
/** Bytes of a neuron: U (i64), end of the refractory period [ms], threshold above where it settles [mV]. */
export const MEMBRANE_BYTES = 32;
export const MEMBRANE_REFRACTORY = 8;
export const MEMBRANE_SLOPE = 16;
/** Bytes of one that is looked at: neuron, first and last input. */
export const CARE_BYTES = 16;
export const CARE_FIRST = 4;
export const CARE_LAST = 8;
/** Bytes of an input: value (i64), packet, next input of the neuron, synapse. */
export const CARED_BYTES = 24;
export const CARED_PACKET = 8;
export const CARED_NEXT = 12;
export const CARED_SYNAPSE = 16;

/** In the record of rows in the exact mode: that of synapses with pair STDP, or 0. */
export const ROWS_PAIRS = 1;
/** In a packet of such rows: where in `PAIRS_LOG` what was before it goes [bytes], or -1. */
export const PACKET_LOG = 28;

// The record of synapses with pair STDP in the exact mode; see `PairRows`. Integers:
/** [pre] doubles: presynaptic traces in units of the origin, and the times up to which rows are done. */
export const PAIRS_TRACES = 0;
export const PAIRS_SEEN = 1;
/** [post, HISTORY_BYTES]: last spikes of each postsynaptic neuron. */
export const PAIRS_HISTORY = 2;
/** [post, PAIRS_KEPT, PAST_BYTES]: more of them. */
export const PAIRS_RING = 3;
/** [post] i32: spikes of each when all rows were last up to date. */
export const PAIRS_FLUSHED = 4;
/** Whether some neuron has nearly as many since as are kept. */
export const PAIRS_CROWDED = 5;
/** What was before the packets of a window: time and trace of the row (doubles), and its weights. */
export const PAIRS_LOG = 6;
/** Whether only nearest spikes make pairs. */
export const PAIRS_NEAREST = 7;
/** The record of the rows, and of the next such synapses onto the population, or 0. */
export const PAIRS_ROWS = 8;
export const PAIRS_NEXT = 9;
/** Number of rows and of neurons, and the [pre + 1] u32 where rows begin. */
export const PAIRS_PRE = 10;
export const PAIRS_POST = 11;
export const PAIRS_STARTS = 12;
/** Doubles: see STDP_A_PLUS. */
export const PAIRS_A_PLUS = 13;
export const PAIRS_A_MINUS = 14;
export const PAIRS_P0 = 15;
export const PAIRS_P1 = 16;
export const PAIRS_D0 = 17;
export const PAIRS_D1 = 18;
export const PAIRS_W_MIN = 19;
export const PAIRS_W_MAX = 20;
/** Time constants, and the time that traces are scaled to [ms]. */
export const PAIRS_TAU_PLUS = 21;
export const PAIRS_TAU_MINUS = 22;
export const PAIRS_ORIGIN = 23;
/** [post] i32: how often each postsynaptic neuron has fired. */
export const PAIRS_COUNTS = 24;
export const PAIRS_SIZE = 25;
/** Spikes of a neuron that are kept until every row has seen them, a power of 2. */
export const PAIRS_KEPT = 32;
/**
 * Doubles: the times of the last four spikes, the last first, what a trace has left at three of them, and the neuron's own
 * trace.
 */
export const HISTORY_BYTES = 64;
export const HISTORY_LEFT = 32;
export const HISTORY_TRACE = 56;
/** Doubles: time, what a trace has left, the neuron's own trace. */
export const PAST_BYTES = 24;
export const PAST_LEFT = 8;
export const PAST_TRACE = 16;

// Pairs of neurons that are connected by chance, row by row, from words of a stream; see assembly/draws.ts.
/** Goes on at this target of this row, until so many rows are done. */
export const GAPS_NEXT = 0;
export const GAPS_ROW = 1;
export const GAPS_ROWS = 2;
export const GAPS_POST = 3;
/** Whether a neuron may connect to that of its number. */
export const GAPS_LOOPS = 4;
/** Double: log(1 - p). */
export const GAPS_SCALE = 5;
/** Double, one for each word: room for gaps. */
export const GAPS_ROOM = 6;
/** Where targets go, and where, of those of a call, each row that was ended in it ends. */
export const GAPS_TARGETS = 7;
export const GAPS_ENDS = 8;
/** Words that a call has used. */
export const GAPS_USED = 9;
export const GAPS_SIZE = 10;

// The record of inputs on their way; see `Arrivals`. Integers:
/** [mask + 1, SLOT_BYTES], one for each of the next windows. */
export const RING_SLOTS = 0;
export const RING_MASK = 1;
/** The first piece that nothing lies in, which begins with the address of the next one, and how many there are. */
export const RING_FREE = 2;
export const RING_LEFT = 3;
/** [room, ENTRY_BYTES]: inputs of the present window; [neurons] u32 for whose they are. */
export const RING_DUE = 4;
export const RING_DUE_COUNT = 5;
export const RING_DUE_ROOM = 6;
export const RING_WHO = 7;
/** Doubles: number of the present window, width of all [ms], and windows in 1 ms. */
export const RING_NUMBER = 8;
export const RING_WIDTH = 9;
export const RING_PER = 10;
export const RING_SIZE = 11;
/** Bytes of a slot: its first and last piece, where the next entry goes, and how many there are. */
export const SLOT_BYTES = 16;
export const SLOT_HEAD = 0;
export const SLOT_TAIL = 4;
export const SLOT_NEXT = 8;
export const SLOT_COUNT = 12;
/** A piece: the address of the next one of its slot, and entries. */
export const PIECE_ENTRIES = 32;
export const PIECE_HEAD = 16;
export const PIECE_BYTES = 528;
/** An input: its time (a double), weight (a float), and neuron, with the number of its gain in the upper bits. */
export const ENTRY_BYTES = 16;
export const ENTRY_WEIGHT = 8;
export const ENTRY_TARGET = 12;
export const ENTRY_TARGET_BITS = 24;

// The record of a population that keeps its modes by windows, which begins as that of one that keeps modes: MODES_LAMBDA,
// MODES_MU_E, MODES_MU_I, MODES_ID; see `LifExpWindows`. States are whole numbers of a unit, in doubles. Integers:
export const EXP_NEURONS = 3;
/** [neurons] doubles: modes at the beginning of the window. */
export const EXP_M = 4;
export const EXP_E = 5;
export const EXP_I = 6;
/** Where the potential settles above threshold, in units; end of the refractory period [ms], -Infinity for none. */
export const EXP_X = 7;
export const EXP_FREE = 8;
/** [neurons, 4] doubles: what the inputs of a window add to m and e, and to m and i. */
export const EXP_SUMS = 9;
/** [neurons] u32 and bytes: who is looked at input by input, and the first input of each. */
export const EXP_CARE = 10;
export const EXP_FLAGS = 11;
export const EXP_FIRST = 12;
/** [room, HIT_BYTES]: those inputs, twice. */
export const EXP_HITS = 13;
export const EXP_SORTED = 14;
/** `MODES_ID` is 15. */
export const EXP_ROOM = 16;
export const EXP_RING = 17;
/** [256] doubles: factors on weights by their number. */
export const EXP_GAINS = 18;
/** Doubles: beginning of the present window of the lattice and the width of all [ms], units in 1 mV, refractory period [ms]. */
export const EXP_ORIGIN = 19;
export const EXP_WIDTH = 20;
export const EXP_SCALE = 21;
export const EXP_TAU_REF = 22;
/** In units: reset above threshold, and how far below threshold is below for sure. */
export const EXP_DEPTH = 23;
export const EXP_MARGIN = 24;
/** What is left of m, e and i after a window. */
export const EXP_LEFT_M = 25;
export const EXP_LEFT_E = 26;
export const EXP_LEFT_I = 27;
/** On an even place, pairs of doubles: rates of m and e, what a weight of 1 in the middle of a window adds to m and e; of m and i. */
export const EXP_INPUT_E = 28;
export const EXP_INPUT_I = 32;
/** [DELTA_STRETCH + 1] u32, as `DELTA_HITS`. An integer. */
export const EXP_REACHED = 36;
/** Neurons looked at input by input so far, a double. */
export const EXP_CARED = 37;
export const EXP_SIZE = 38;
/** An input of one that is looked at: time and weight (doubles), next input of the neuron. */
export const HIT_BYTES = 24;
export const HIT_WEIGHT = 8;
export const HIT_NEXT = 16;
