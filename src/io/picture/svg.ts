import { visible } from "../../errors.ts";
import { type Drawing, densityPixels, type Mark } from "./draw.ts";
import { encodePng } from "./png.ts";

/** A picture as a stand-alone SVG file. */
export function pictureToSvg({ width, height, title, shapes }: Drawing): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}pt" height="${height}pt" viewBox="0 0 ${width} ${height}" role="img" font-family="Helvetica, Arial, sans-serif">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...shapes.map(draw),
    "</svg>",
    "",
  ].join("\n");
}

function draw(shape: Mark): string {
  switch (shape.kind) {
    case "line": {
      const path = shape.points.map(([x, y], k) => `${k === 0 ? "M" : "L"}${n(x)} ${n(y)}`).join("");
      return `<path d="${path}" fill="none" stroke="${shape.color}" stroke-width="${shape.width}"/>`;
    }
    case "text":
      return `<text x="${n(shape.x)}" y="${n(shape.y)}" font-size="${shape.size}" text-anchor="${shape.anchor}" fill="${shape.color}">${escaped(shape.text)}</text>`;
    case "strokes": {
      const path = shape.at
        .map(([x, y]) => `M${n(x)} ${n(y - shape.length / 2)}v${n(shape.length)}`)
        .join("");
      return `<path d="${path}" stroke="${shape.color}" stroke-width="${shape.width}"/>`;
    }
    case "density": {
      const { x, y, width, height, columns, rows, shades, color } = shape;
      const png = Buffer.from(encodePng(densityPixels(shades, color), columns, rows)).toString("base64");
      return `<image x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" preserveAspectRatio="none" image-rendering="pixelated" href="data:image/png;base64,${png}"/>`;
    }
  }
}

function n(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escaped(text: string): string {
  return (
    // XML has no place for control characters, not even escaped, nor for these two.
    visible(text)
      .replace(/[\ufffe\uffff]/g, "\ufffd")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
  );
}
