import { byId, say } from "../dom.ts";
import { Plot, theme } from "../plots/canvas.ts";
import { centredCells, intensitiesOf } from "./strokes.ts";

const SIDE = 8;

/** The pad on which a digit is drawn, with the mouse, a finger or the keyboard; it shows what the network is shown. */
export class Pad {
  readonly #pad = byId("pad");
  readonly #says = byId("pad-says");
  readonly #plot = new Plot(this.#pad.querySelector("canvas")!);
  readonly #hear: (drawn: Float32Array) => void;
  #strokes: [number, number][][] = [];
  #cells = new Float32Array(SIDE * SIDE);
  #shown: Float32Array = new Float32Array(SIDE * SIDE);
  #cursor = -1;
  #drawing = false;

  /** @param hear  called with the intensities of what is drawn, after each stroke */
  constructor(hear: (drawn: Float32Array) => void) {
    this.#hear = hear;
    const pad = this.#pad;
    pad.tabIndex = 0;
    pad.addEventListener("pointerdown", event => {
      if (event.button !== 0) return;
      pad.setPointerCapture(event.pointerId);
      if (!this.#drawing && this.#strokes.length === 0) this.#shown = new Float32Array(SIDE * SIDE);
      [this.#drawing, this.#cursor] = [true, -1];
      this.#cells.fill(0);
      this.#strokes.push([this.#at(event)]);
      this.#paint();
    });
    pad.addEventListener("pointermove", event => {
      if (!this.#drawing) return;
      this.#strokes.at(-1)!.push(this.#at(event));
      this.#paint();
    });
    for (const end of ["pointerup", "pointercancel"] as const)
      pad.addEventListener(end, () => {
        if (!this.#drawing) return;
        this.#drawing = false;
        say(this.#says, "Your drawing, as the networks see it.");
        this.#tell(intensitiesOf(this.#strokes));
      });
    pad.addEventListener("keydown", event => this.#key(event));
    pad.addEventListener("blur", () => {
      this.#cursor = -1;
      this.#paint();
    });
  }

  /** Shows a sample that was not drawn. */
  show(intensities: Float32Array, says: string): void {
    if (this.#drawing) return;
    this.#shown = intensities;
    say(this.#says, says);
    this.#paint();
  }

  clear(): void {
    this.#strokes = [];
    this.#cells.fill(0);
    this.#shown = new Float32Array(SIDE * SIDE);
    say(this.#says, "Empty: draw a digit.");
    this.#paint();
  }

  /** Forgets the lines, so that the next drawing begins anew. */
  forget(): void {
    this.#strokes = [];
    this.#cells.fill(0);
  }

  #at({ clientX, clientY }: PointerEvent): [number, number] {
    const { left, top, width, height } = this.#pad.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }

  #key(event: KeyboardEvent): void {
    const moves: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -SIDE, ArrowDown: SIDE };
    const move = moves[event.key];
    if (move === undefined && event.key !== " " && event.key !== "Delete") return;
    event.preventDefault();
    if (event.key === "Delete") {
      this.clear();
      return;
    }
    if (this.#cursor < 0) this.#cursor = 27;
    else if (move !== undefined) {
      const next = this.#cursor + move;
      const sameRow = Math.abs(move) > 1 || next >> 3 === this.#cursor >> 3;
      if (next >= 0 && next < SIDE * SIDE && sameRow) this.#cursor = next;
    }
    if (event.key === " ") {
      this.#strokes = [];
      this.#cells[this.#cursor] = this.#cells[this.#cursor] > 0 ? 0 : 1;
      this.#tell(centredCells(this.#cells));
    }
    const inked = this.#cells[this.#cursor] > 0 ? "inked" : "empty";
    say(this.#says, `Row ${(this.#cursor >> 3) + 1}, column ${(this.#cursor & 7) + 1}, ${inked}.`);
    this.#paint();
  }

  #tell(drawn: Float32Array): void {
    this.#shown = drawn;
    this.#paint();
    this.#hear(drawn.slice());
  }

  #paint(): void {
    this.#plot.draw(({ context: c, width, height }) => {
      const { ink, rule, populations } = theme();
      const [w, h] = [width / SIDE, height / SIDE];
      const keyboard = this.#cells.some(cell => cell > 0) || this.#cursor >= 0;
      const values = keyboard && this.#strokes.length === 0 ? this.#cells : this.#shown;
      const faint = this.#drawing ? 0.25 : 1;
      c.fillStyle = ink;
      for (let k = 0; k < SIDE * SIDE; k++) {
        c.globalAlpha = faint * values[k];
        c.fillRect((k & 7) * w, (k >> 3) * h, w + 0.5, h + 0.5);
      }
      c.globalAlpha = 1;
      c.strokeStyle = rule;
      c.lineWidth = 1;
      c.beginPath();
      for (let k = 1; k < SIDE; k++) {
        c.moveTo(k * w, 0);
        c.lineTo(k * w, height);
        c.moveTo(0, k * h);
        c.lineTo(width, k * h);
      }
      c.stroke();
      if (this.#drawing) {
        c.strokeStyle = populations[1];
        c.lineWidth = width / 11;
        c.lineCap = c.lineJoin = "round";
        for (const stroke of this.#strokes) {
          c.beginPath();
          for (const [x, y] of stroke) c.lineTo(x * width, y * height);
          // A point, too, is seen.
          if (stroke.length === 1) c.lineTo(stroke[0][0] * width + 0.1, stroke[0][1] * height);
          c.stroke();
        }
      }
      if (this.#cursor >= 0) {
        c.strokeStyle = populations[2];
        c.lineWidth = 3;
        c.strokeRect((this.#cursor & 7) * w + 1.5, (this.#cursor >> 3) * h + 1.5, w - 3, h - 3);
      }
    });
  }
}
