import EventEmitter from "node:events";
import { expect, it } from "vitest";
import { compactCode } from "../src/pack/compact-code.ts";

/** What a function answers whose body was made compact. */
function run(body: string): unknown {
  const compact = compactCode(body);
  expect(compact).toMatch(/^[\0-\x7f]*$/);
  return new Function("require", compact)(process.getBuiltinModule);
}

it.each([
  ['return "wait …"', "wait …"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the code to run.
  ["const days = 2; return `für ${days} 日, 🎉`", "für 2 日, 🎉"],
  ['return /^[é🎉]+$/u.test("é🎉🎉")', true],
  ["const größe = 3; return größe", 3],
])("code beyond ASCII does what it did: %s", (body, answer) => {
  expect(run(body)).toBe(answer);
});

it.each(['"', "'", "`"])("a module of Node's own that is imported is there: %s", async (quote) => {
  const path = (await run(`return import(${quote}node:path${quote})`)) as { sep?: string };
  expect(path.sep).toBe("/");
  const { default: whole } = (await run(`return import(${quote}node:events${quote})`)) as {
    default?: unknown;
  };
  expect(whole).toBe(EventEmitter);
});

it("other imports stay", () => {
  expect(compactCode('import("./client.js")')).toBe('import("./client.js")');
});
