/**
 * What online learning does to a soft committee machine of infinitely many inputs: equations of motion of its order
 * parameters (Saad & Solla 1995, Phys. Rev. E 52:4225; with a readout that learns, Goldt et al. 2019,
 * arXiv:1906.08632), with the third factor of adaptive feedback alignment (Srinivasan et al. 2024, arXiv:2302.05440)
 * in place of backpropagation's. The paper's own list of equations is not at hand: this one is derived here.
 *
 * Every field z_i = u_i x / sqrt(N) is Gaussian with the covariance C_ij = u_i u_j / N: of K students, M teachers and,
 * last, the feedback vector. Hidden units are g(z) = erf(z / sqrt 2), the error e = sum s_p g(z_p) over students (s = v)
 * and teachers (s = -v*), time is samples / N:
 *
 *     student i's weights    - rate a_i g'(z_i) e x / sqrt(N),   a_i: v_i of BP, C_if of AFA, f the feedback vector
 *     readout v_i            - readoutRate e g(z_i) / N
 *
 * so that a_i is what the feedback brings to unit i through the forward weights, and moves as they do.
 */
export interface Committee {
  readonly students: number;
  /** v*, one for each teacher. */
  readonly teacher: readonly number[];
  readonly rule: "bp" | "afa";
  readonly rate: number;
  readonly readoutRate: number;
}

/** C, row by row, and then v. */
export type Order = readonly number[];

/** Fields of a committee: students, teachers, feedback. */
export const fieldsOf = ({ students, teacher }: Committee) => students + teacher.length + 1;

/** What the feedback or the readout says of each student: its third factor, but for the error. */
export function thirdFactors(committee: Committee, order: Order): number[] {
  const n = fieldsOf(committee);
  return Array.from({ length: committee.students }, (_, i) =>
    committee.rule === "bp" ? order[n * n + i] : order[i * n + n - 1],
  );
}

/** Half the mean square error over all inputs. */
export function generalisationError(committee: Committee, order: Order): number {
  const { C, s } = read(committee, order);
  return sum(s, (sp, p) => sum(s, (sq, q) => (sp * sq * I2(C, p, q)) / 2));
}

/** d order / dt */
export function motion(committee: Committee, order: Order): number[] {
  const { students, rate, readoutRate } = committee;
  const { C, s, n } = read(committee, order);
  const a = thirdFactors(committee, order);
  const drift = (i: number, j: number) =>
    i < students ? -rate * a[i] * sum(s, (sp, p) => sp * I3(C, i, j, p)) : 0;
  const spread = (i: number, j: number) =>
    i < students && j < students
      ? rate ** 2 * a[i] * a[j] * sum(s, (sp, p) => sum(s, (sq, q) => sp * sq * I4(C, i, j, p, q)))
      : 0;
  const dC = Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return drift(i, j) + drift(j, i) + spread(i, j);
  });
  const dv = a.map((_, i) => -readoutRate * sum(s, (sp, p) => sp * I2(C, i, p)));
  return [...dC, ...dv];
}

type Covariance = (i: number, j: number) => number;

function read(committee: Committee, order: Order): { C: Covariance; s: number[]; n: number } {
  const n = fieldsOf(committee);
  return {
    n,
    C: (i, j) => order[i * n + j],
    s: [...order.slice(n * n), ...committee.teacher.map(v => -v)],
  };
}

/*
 * Averages over Gaussian fields of covariance C in closed form (Saad & Solla 1995, appendix A).
 */

/** E[g(z_i) g(z_j)] */
export function I2(C: Covariance, i: number, j: number): number {
  return (2 / Math.PI) * Math.asin(C(i, j) / Math.sqrt((1 + C(i, i)) * (1 + C(j, j))));
}

/** E[g'(z_i) z_j g(z_k)] */
export function I3(C: Covariance, i: number, j: number, k: number): number {
  const both = (1 + C(i, i)) * (1 + C(k, k)) - C(i, k) ** 2;
  return ((2 / Math.PI) * (C(j, k) * (1 + C(i, i)) - C(i, j) * C(i, k))) / (Math.sqrt(both) * (1 + C(i, i)));
}

/** E[g'(z_i) g'(z_j) g(z_k) g(z_l)] */
export function I4(C: Covariance, i: number, j: number, k: number, l: number): number {
  const [ii, jj] = [1 + C(i, i), 1 + C(j, j)];
  const both = ii * jj - C(i, j) ** 2;
  // Covariance of z_k and z_l under the weight g'(z_i) g'(z_j), times its determinant.
  const under = (k: number, l: number, own: number) =>
    both * (own + C(k, l)) -
    C(j, k) * C(j, l) * ii -
    C(i, k) * C(i, l) * jj +
    C(i, j) * (C(i, k) * C(j, l) + C(i, l) * C(j, k));
  return (
    ((4 / Math.PI ** 2) * Math.asin(under(k, l, 0) / Math.sqrt(under(k, k, 1) * under(l, l, 1)))) /
    Math.sqrt(both)
  );
}

function sum(of: readonly number[], term: (value: number, at: number) => number): number {
  return of.reduce((total, value, at) => total + term(value, at), 0);
}
