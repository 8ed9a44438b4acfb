import { byId } from "./dom.ts";

/** Tabs of the page, each a button and a panel; arrow keys go from one to the next. */
export function tabs<Name extends string>(
  names: readonly Name[],
  shown: (name: Name) => void,
): (name: Name) => void {
  const show = (name: Name) => {
    for (const other of names) {
      byId(`tab-${other}`).setAttribute("aria-selected", String(other === name));
      byId(other).hidden = other !== name;
    }
    shown(name);
  };
  names.forEach((name, k) => {
    const tab = byId(`tab-${name}`);
    tab.addEventListener("click", () => show(name));
    tab.addEventListener("keydown", ({ key }) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (step === undefined) return;
      const next = names[(k + step + names.length) % names.length];
      byId(`tab-${next}`).focus();
      show(next);
    });
  });
  return show;
}
