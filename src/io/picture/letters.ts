/**
 * Letters for pictures without fonts, from dots of 5 x 7 cells, as displays drew them: the characters from space to ~,
 * five columns each, the lowest bit on top. Dots that touch are joined by lines.
 */
const columns =
  "000000000000005f00000007000700147f147f14242a7f2a12231308646236495620500008070300001c2241000041221c00" +
  "2a1c7f1c2a08083e080800807030000808080808000060600020100804023e4141413e00427f400072494949462141494d33" +
  "1814127f1027454545393c4a49493141211109073649494936464949291e0000140000004034000000081422411414141414" +
  "00412214080201590906" +
  "3e415d594e7c1211127c7f494949363e414141227f4141413e7f494949417f090909013e414151737f0808087f00417f4100" +
  "2040413f017f081422417f404040407f021c027f7f0408107f3e4141413e7f090909063e4151215e7f091929462649494932" +
  "03017f01033f4040403f1f2040201f3f4038403f631408146303047804036159494d43007f41414102040810200041414" +
  "17f04020102044040404040000307080020545478407f28444438384444442838444428" +
  "7f385454541800087e090218a4a49c787f0804047800447d40002040403d007f1028440000417f40007c047804787c080404" +
  "783844444438fc1824241818242418fc7c08040408485454542404043f44243c4040207c1c2040201c3c4030403c44281028" +
  "444c9090907c4464544c4400083641000000770000004136080002010204" +
  "02";

/** Whether a dot of a character is set. @param x  0 to 4 @param y  0 to 7, the top first */
function dot(character: string, x: number, y: number): boolean {
  if (x < 0 || x > 4 || y > 7) return false;
  const code = character.charCodeAt(0);
  const at = (code >= 32 && code <= 126 ? code - 32 : 31) * 5 + x;
  return ((Number.parseInt(columns.slice(2 * at, 2 * at + 2), 16) >> y) & 1) === 1;
}

/** Dots from one character to the next. */
export const ADVANCE = 6;

/** The lines of a character, [x0, y0, x1, y1] between the centres of its dots; a dot alone is a line to itself. */
export function lines(character: string): [number, number, number, number][] {
  const found: [number, number, number, number][] = [];
  for (let x = 0; x < 5; x++)
    for (let y = 0; y < 8; y++) {
      if (!dot(character, x, y)) continue;
      const [right, below] = [dot(character, x + 1, y), dot(character, x, y + 1)];
      found.push([x, y, x, y]);
      if (right) found.push([x, y, x + 1, y]);
      if (below) found.push([x, y, x, y + 1]);
      // Across corners only where no dot fills them.
      if (!right && !below && dot(character, x + 1, y + 1)) found.push([x, y, x + 1, y + 1]);
      if (!below && !dot(character, x - 1, y) && dot(character, x - 1, y + 1))
        found.push([x, y, x - 1, y + 1]);
    }
  return found;
}
