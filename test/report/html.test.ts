import { expect, test } from "vitest";
import { escapeHtml, scriptCode, scriptJson } from "../../src/report/html.ts";

test("text cannot open a tag or leave an attribute", () => {
  expect(escapeHtml(`<a href="x">'&`)).toBe("&#60;a href=&#34;x&#34;&#62;&#39;&#38;");
});

test("JSON in a script element cannot end it and reads back the same", () => {
  const value = { text: "</script><!--<script>" };
  expect(scriptJson(value)).not.toContain("<");
  expect(JSON.parse(scriptJson(value))).toEqual(value);
});

test("code in a script element cannot end it and means the same", () => {
  const code = `"</script></SCRIPT><!-- $& -->"`;
  const safe = scriptCode(code);
  expect(safe).not.toMatch(/<\/script|<!--/i);
  expect(new Function(`return ${safe}`)()).toBe("</script></SCRIPT><!-- $& -->");
});
