export { crossCorrelogram } from "./correlogram.ts";
export { vanRossum, victorPurpura } from "./distances.ts";
export { cv, cv2, intervalHistogram, intervals } from "./intervals.ts";
export { binCounts, fanoFactor, firingRate, populationRates } from "./rates.ts";
export { meanSpikeDistance, spikeDistance } from "./spikeDistance.ts";
export { spikeTrains } from "./spikeTrains.ts";
export { type SummaryRow, summarise, summaryToCsv } from "./summary.ts";
