import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import type { Description } from "../src/api-description.ts";
import { narrowApiDescription } from "../src/bundle.ts";

const file = createRequire(import.meta.url).resolve(
  "@google-cloud/compute/build/protos/protos.json",
);

/** The types of a description by name, in the namespace of Compute Engine's first version. */
function typesOf(description: Description): Readonly<Record<string, Description>> {
  const path = ["google", "cloud", "compute", "v1"];
  const inner = path.reduce<Description | undefined>((at, name) => at?.nested?.[name], description);
  return inner?.nested ?? {};
}

describe("the API's description in a bundle", () => {
  it("has the calls that are made, all types that they need, and little else", async () => {
    const { load } = narrowApiDescription();
    expect(load.filter.id.test(file)).toBe(true);
    expect(load.filter.id.test(file.replace("protos.json", "other.json"))).toBe(false);
    const { code, moduleType } = await load.handler(file);
    const whole = typesOf(JSON.parse(await readFile(file, "utf8")));
    const narrow = typesOf(JSON.parse(code));
    expect(moduleType).toBe("json");
    expect(code.length).toBeLessThan(150_000);
    expect(Object.keys(narrow)).toEqual(expect.arrayContaining(["Images", "Instances", "Zones"]));
    expect(narrow).not.toHaveProperty("Networks");
    expect(Object.keys(narrow.Zones?.methods ?? {})).toEqual(["Get"]);
    for (const [name, type] of Object.entries(narrow)) {
      const { methods, ...rest } = type;
      expect(whole[name], name).toMatchObject(rest);
      for (const [method, call] of Object.entries(methods ?? {})) {
        expect(whole[name]?.methods?.[method], name).toEqual(call);
        expect(narrow, method).toHaveProperty(call.requestType);
        expect(narrow, method).toHaveProperty(call.responseType);
      }
      for (const { type: reference } of Object.values(type.fields ?? {})) {
        if (Object.hasOwn(whole, reference)) expect(narrow, name).toHaveProperty(reference);
      }
    }
  });
});
