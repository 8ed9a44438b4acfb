import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dataFolder } from "../../src/data/locate.ts";

describe("the data folder", () => {
  test("is the option, else the environment variable, else the user's cache", () => {
    const env = { THREEFACTOR_DATA: "/env", XDG_CACHE_HOME: "/xdg" };
    expect(dataFolder("/option", env, "linux", "/home")).toBe("/option");
    expect(dataFolder(undefined, env, "linux", "/home")).toBe("/env");
    expect(dataFolder(undefined, { ...env, THREEFACTOR_DATA: "" }, "linux", "/home")).toBe(
      join("/xdg", "threefactor"),
    );
  });

  test("lies where each system keeps caches", () => {
    expect(dataFolder(undefined, {}, "linux", "/h")).toBe(join("/h", ".cache", "threefactor"));
    expect(dataFolder(undefined, { XDG_CACHE_HOME: "not/absolute" }, "linux", "/h")).toBe(
      join("/h", ".cache", "threefactor"),
    );
    expect(dataFolder(undefined, {}, "darwin", "/h")).toBe(join("/h", "Library", "Caches", "threefactor"));
    expect(dataFolder(undefined, { LOCALAPPDATA: "/l" }, "win32", "/h")).toBe(join("/l", "threefactor"));
    expect(dataFolder(undefined, {}, "win32", "/h")).toBe(join("/h", "AppData", "Local", "threefactor"));
  });
});
