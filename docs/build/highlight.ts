/** Code as HTML, in the colours of `style.css`: enough of TypeScript, JSON and a shell for pages, and no library. */

const words =
  /^(?:as|async|await|break|case|catch|class|const|continue|default|do|else|export|extends|false|finally|for|from|function|if|import|in|instanceof|let|new|null|of|readonly|return|satisfies|static|switch|this|throw|true|try|type|typeof|undefined|void|while|with|yield)$/;
const script =
  /(\/\*[\s\S]*?\*\/|\/\/[^\n]*)|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|(\b\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?\b)|([A-Za-z_$][\w$]*)/g;
const shell = /((?:^|\s)#[^\n]*)|("(?:\\.|[^"\\])*"|'[^']*')|(\s--?[a-z][\w-]*)/gm;

export function highlight(code: string, language: string): string {
  if (/^(ts|js|json|typescript|javascript|html)$/.test(language))
    return marked(code, script, ([, comment, text, number, word]) =>
      comment ? "c" : text ? "s" : number ? "n" : word && words.test(word) ? "k" : "",
    );
  if (/^(sh|bash)$/.test(language))
    return marked(code, shell, ([, comment, text]) => (comment ? "c" : text ? "s" : "k"));
  return escaped(code);
}

function marked(code: string, pattern: RegExp, kind: (match: RegExpMatchArray) => string): string {
  let [html, at] = ["", 0];
  for (const match of code.matchAll(pattern)) {
    html += escaped(code.slice(at, match.index));
    const name = kind(match);
    html += name === "" ? escaped(match[0]) : `<span class="${name}">${escaped(match[0])}</span>`;
    at = match.index + match[0].length;
  }
  return html + escaped(code.slice(at));
}

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
