import { element } from "./dom.ts";

/** A control of a form, and how the value that is set elsewhere gets into it. */
export interface Field<T> {
  readonly row: HTMLElement;
  set(value: T): void;
}

/** A slider whose places are these values; another one that is set becomes a place of its own. */
export function slider(
  id: string,
  label: string,
  stops: readonly number[],
  hear: (value: number) => void,
  shown: (value: number) => string = String,
): Field<number> {
  let places = [...stops];
  const input = element("input", { type: "range", id, min: 0, max: places.length - 1, step: 1 });
  const output = element("output", { for: id });
  const show = () => {
    const text = shown(places[Number(input.value)]);
    output.textContent = text;
    input.setAttribute("aria-valuetext", text);
  };
  input.addEventListener("input", show);
  input.addEventListener("change", () => hear(places[Number(input.value)]));
  const row = element("div", { class: "field" }, element("label", { for: id }, label), output, input);
  return {
    row,
    set(value) {
      places = stops.includes(value) ? [...stops] : [...stops, value].sort((a, b) => a - b);
      input.max = String(places.length - 1);
      input.value = String(places.indexOf(value));
      show();
    },
  };
}

export function choice(
  id: string,
  label: string,
  names: readonly (readonly [value: string, title: string])[],
  hear: (value: string) => void,
): Field<string> {
  const select = element("select", { id });
  for (const [value, title] of names) select.append(element("option", { value }, title));
  select.addEventListener("change", () => hear(select.value));
  const row = element("div", { class: "field wide" }, element("label", { for: id }, label), select);
  return {
    row,
    set(value) {
      select.value = value;
    },
  };
}

export function number(
  id: string,
  label: string,
  [from, to]: readonly [number, number],
  hear: (value: number) => void,
): Field<number> {
  const input = element("input", { type: "number", id, min: from, max: to, step: 1, inputmode: "numeric" });
  input.addEventListener("change", () => {
    const value = Math.round(Number(input.value));
    hear(Math.min(to, Math.max(from, Number.isFinite(value) ? value : from)));
  });
  const row = element("div", { class: "field short" }, element("label", { for: id }, label), input);
  return {
    row,
    set(value) {
      input.value = String(value);
    },
  };
}

export function box(id: string, label: string, hear: (on: boolean) => void) {
  const input = element("input", { type: "checkbox", id });
  const text = element("span", {}, label);
  input.addEventListener("change", () => hear(input.checked));
  return {
    row: element("label", { class: "box", for: id }, input, text),
    /** @param there  whether it can be chosen */
    set(on: boolean, there: boolean) {
      input.checked = on;
      input.disabled = !there;
    },
  };
}

export function group(title: string, ...rows: readonly HTMLElement[]): HTMLFieldSetElement {
  return element("fieldset", {}, element("legend", {}, title), ...rows);
}
