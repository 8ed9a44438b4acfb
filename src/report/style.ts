/** One column of modest width; two figures side by side where there is room; print shows all that the screen does. */
export const style = `
:root { color-scheme: light; --ink: #222; --soft: #5a5a5a; --rule: #d8d8d8; --wash: #f5f6f7; --accent: #00507d; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: #fff; color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 32px 20px 64px; }
.brand { margin: 0; color: var(--soft); font-size: 14px; }
h1 { margin: 2px 0 16px; font-size: clamp(22px, 4.5vw, 30px); line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 48px 0 8px; padding-top: 12px; border-top: 1px solid var(--rule); font-size: 22px; line-height: 1.25; }
h3 { margin: 16px 0 2px; font-size: 15px; overflow-wrap: anywhere; }
p { margin: 0 0 12px; max-width: 70ch; }
.command { display: flex; gap: 8px; align-items: flex-start; margin-bottom: 16px; }
.command pre { flex: 1; min-width: 0; margin: 0; padding: 8px 12px; background: var(--wash); border: 1px solid var(--rule);
  border-radius: 4px; font: 14px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; user-select: all; }
h1 span, .command span { display: inline-block; max-width: 100%; }
button, select { font: inherit; font-size: 14px; color: inherit; background: #fff; border: 1px solid #8a8a8a;
  border-radius: 4px; padding: 5px 10px; min-height: 32px; max-width: 100%; }
button { cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
dl { margin: 0; font-size: 14px; }
dl div { display: grid; grid-template-columns: 110px 1fr; gap: 12px; padding: 2px 0; }
dt { color: var(--soft); overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; }
details { margin-top: 8px; font-size: 14px; }
summary { cursor: pointer; color: var(--accent); }
details dl { margin-top: 4px; }
.scroll { overflow-x: auto; margin-bottom: 16px; }
table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 4px 0 8px; color: var(--soft); }
caption span { position: sticky; left: 0; display: inline-block; max-width: min(100%, calc(100vw - 40px)); }
th, td { padding: 6px 8px; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
thead th { vertical-align: bottom; border-bottom: 2px solid #777; line-height: 1.3; white-space: normal; }
th:first-child { text-align: left; position: sticky; left: 0; background: #fff; padding-left: 0; }
.control th, .control td { border-top: 2px solid #777; font-style: italic; }
small { display: block; color: var(--soft); font-size: 12px; font-weight: normal; }
.verdict { padding: 6px 12px; border-left: 4px solid var(--accent); background: var(--wash); }
.legend { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; max-width: none; font-size: 14px; }
.legend span { display: inline-flex; align-items: center; gap: 4px; margin-right: 4px; }
.legend button { display: inline-flex; align-items: center; gap: 6px; }
.legend button[aria-pressed="false"] { opacity: 0.55; text-decoration: line-through; }
.facts { font-size: 14px; color: var(--soft); overflow-wrap: anywhere; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 8px 20px; }
#sample .plots { grid-template-columns: minmax(0, 1fr); }
figure { margin: 0; min-width: 0; }
.drawing svg { display: block; max-width: 100%; height: auto; }
#confusion figure { max-width: 500px; }
@media screen { .print { display: none; } }
figcaption { font-size: 13px; color: var(--soft); }
[hidden] { display: none !important; }
@media (max-width: 480px) {
  main { padding: 20px 12px 48px; }
  dl div { grid-template-columns: 88px 1fr; gap: 8px; }
}
@page { margin: 15mm; }
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 13px; }
  main { max-width: none; padding: 0; }
  h2 { margin-top: 24px; }
  h2, h3, caption { break-after: avoid; }
  section > p { break-after: avoid; }
  figure, tr, .verdict { break-inside: avoid; }
  .selector, #copy, summary, .modebar { display: none; }
  .legend button { border: 0; padding: 0; min-height: 0; }
  .legend button[aria-pressed="false"] { display: none; }
  .scroll { overflow: visible; }
  th, td { padding: 4px 5px; }
  table { font-size: 11px; }
  small { font-size: 10px; }
  .plots { display: block; }
  .plot, .plot * { overflow: visible; }
}
`;
