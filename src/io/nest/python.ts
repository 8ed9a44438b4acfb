/** Values as Python and JSON have them, so that NEST tells floats from integers. */

/** A text, in which JSON's escapes mean the same; of one line and in ASCII. */
export function text(name: string): string {
  return JSON.stringify(name).replace(
    /[\u007f-\uffff]/g,
    c => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** What stands between three quotes. */
export function comment(words: string): string {
  return text(words).slice(1, -1);
}

/** A float, whatever it is. */
export function number(x: number): string {
  const digits = String(x);
  return /^-?\d+$/.test(digits) ? `${digits}.0` : digits;
}

type Numbers = Readonly<Record<string, number>>;

export function dictionary(parameters: Numbers): string {
  const entries = Object.entries(parameters).map(([key, value]) => `${text(key)}: ${number(value)}`);
  return `{${entries.join(", ")}}`;
}

/** The same in lines of their own. */
export function json(parameters: Numbers): string {
  if (Object.keys(parameters).length === 0) return "{}\n";
  return `${dictionary(parameters).replace("{", "{\n  ").replaceAll(", ", ",\n  ").replace("}", "\n}")}\n`;
}
