import { Learning } from "./learning/index.ts";
import { settingOf, settingWords } from "./setting.ts";
import PlayWorker from "./worker/index.ts?worker&inline";

const learning = new Learning(
  () => new PlayWorker(),
  setting => history.replaceState(null, "", `#${new URLSearchParams(settingWords(setting))}`),
);

function read(): void {
  const { setting, wrong } = settingOf(new URLSearchParams(location.hash.slice(1)));
  learning.begin(setting);
  learning.notice(wrong);
}

addEventListener("hashchange", read);
read();
