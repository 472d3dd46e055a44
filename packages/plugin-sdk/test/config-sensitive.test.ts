import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readConfigs } from "../src/config.ts";
import { plain, type Settings } from "./schema/read-settings.ts";

describe("values that must not be shown", () => {
  const schema = z.object({
    password: z.string().max(3).meta({ sensitive: true }),
    nested: z.object({ keys: z.array(z.string()).meta({ sensitive: true }) }).optional(),
    name: z.string().refine(() => false, { error: ({ input }) => `no such thing as ${input}` }),
  });
  const secret = "hunter2!";

  /** Everything that a log could show of the error. */
  function shown(...parts: Settings[]): string {
    try {
      readConfigs("toy", schema, parts.map(plain));
    } catch (error) {
      return inspect(error, { depth: 10 });
    }
    return "";
  }

  it("are answered, so that a log can mask them", () => {
    const settings = { password: "abc", nested: { keys: ["k1", "k2"] }, name: "x" };
    const packer = {
      packer_user_variables: { a: "v1", b: "v2" },
      packer_sensitive_variables: ["b"],
    };
    const open = z.object({ ...schema.shape, name: z.string() });
    const { sensitive } = readConfigs("toy", open, [plain(packer), plain(settings)]);
    expect(sensitive).toEqual(["abc", "k1", "k2", "v2"]);
  });

  it("are not in an error of zod's", () => {
    const text = shown({ password: secret, name: "x" });
    expect(text).toContain("password: Too big");
    expect(text).not.toContain(secret);
  });

  it("are masked in an error of the author's own", () => {
    const variables = {
      packer_user_variables: { token: secret },
      packer_sensitive_variables: ["token"],
    };
    expect(shown({ password: "abc", name: `x${secret}` }, variables)).toContain(
      "no such thing as x<sensitive>",
    );
    expect(shown({ password: secret, name: secret })).not.toContain(secret);
  });

  it("are not in an error for a value of the wrong kind", () => {
    const settings = { password: [secret], nested: secret, name: { secret } };
    expect(shown(settings)).toContain("3 problems");
    expect(shown(settings)).not.toContain(secret);
  });
});
