import { defaultPackerSettings, parseConfig } from "@packerkit/plugin-sdk";
import { describe, expect, it } from "vitest";
import { makeAmiDataSource } from "../src/index.ts";
import { access, PACE, SOURCE, startCloud } from "./cloud.ts";

const { signal } = new AbortController();

async function lookUp(cloud: Awaited<ReturnType<typeof startCloud>>, more: object) {
  const source = makeAmiDataSource(PACE);
  const config = parseConfig("ami", source.config, { ...access(cloud), ...more });
  return source.output.parse(await source.run({ config, signal, packer: defaultPackerSettings }));
}

describe("the data source ami", () => {
  it("answers the image that fits", async () => {
    await using cloud = await startCloud();
    const filters = { name: "al2023-*", "virtualization-type": "hvm" };
    expect(await lookUp(cloud, { filters, owners: ["amazon"], most_recent: true })).toEqual({
      id: SOURCE,
      name: "al2023-ami-2023.2-x86_64",
      creation_date: "2026-02-20T00:00:00.000Z",
      owner: "137112412989",
      owner_name: "amazon",
      tags: { Release: "2023.2" },
    });
  });

  it.each([
    [{ filters: { name: "al2023-*" } }, "owners: is missing"],
    [{ filters: { name: "al2023-*" }, owners: ["amazon"] }, "2 images in us-east-1 fit"],
    [{ filters: { name: "none" }, owners: ["amazon"] }, "no image in us-east-1 fits name = none"],
    [{ filters: { nonsense: "a" }, owners: ["amazon"] }, "The filter 'nonsense' is invalid"],
  ])("with %j is one clear error", async (more, message) => {
    await using cloud = await startCloud();
    await expect(lookUp(cloud, more)).rejects.toThrow(message);
  });
});
