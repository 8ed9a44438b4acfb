import { byId } from "./dom.ts";
import { Learning } from "./learning/index.ts";
import { type NetworkSetting, networkSettingOf, networkWords, usualNetwork } from "./networks/catalogue.ts";
import { Networks } from "./networks/index.ts";
import { settingOf, settingWords, usual } from "./setting.ts";
import { tabs } from "./tabs.ts";
import PlayWorker from "./worker/index.ts?worker&inline";

/** What the address says of the page: words of a training's setting, or of a network's behind `network`. */
const write = (words: [string, string][]) => history.replaceState(null, "", `#${new URLSearchParams(words)}`);

// Where there is little room, settings open when they are asked for.
if (matchMedia("(max-width: 900px)").matches)
  for (const { id } of document.querySelectorAll("details")) byId<HTMLDetailsElement>(id).open = false;

const makeWorker = () => new PlayWorker();
let setting = usual;
let network: NetworkSetting | null = null;
const learning = new Learning(makeWorker, changed => {
  setting = changed;
  write(settingWords(changed));
});
const networks = new Networks(makeWorker, changed => {
  network = changed;
  write(networkWords(changed));
});

const show = tabs(["learning", "networks"], name => {
  // What is not seen waits.
  if (name === "learning") {
    networks.run(false);
    write(settingWords(setting));
  } else {
    learning.play(false);
    networks.show(network ?? usualNetwork());
  }
});

function read(): void {
  const words = new URLSearchParams(location.hash.slice(1));
  if (words.has("network")) {
    const read = networkSettingOf(words);
    network = read.setting;
    learning.begin(setting);
    show("networks");
    networks.notice(read.wrong);
    return;
  }
  const read = settingOf(words);
  setting = read.setting;
  learning.begin(setting);
  show("learning");
  learning.notice(read.wrong);
}

addEventListener("hashchange", read);
read();
