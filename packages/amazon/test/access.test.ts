import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { build, HOME, leftovers, startCloud } from "./cloud.ts";

type Cloud = Awaited<ReturnType<typeof startCloud>>;

const NO_KEYS = { access_key: undefined, secret_key: undefined };

let folder: string;
let before: NodeJS.ProcessEnv;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "amazon-access-"));
  before = { ...process.env };
  // Nothing of the person who runs the tests.
  for (const name of Object.keys(process.env))
    if (name.startsWith("AWS_")) delete process.env[name];
  process.env["AWS_SHARED_CREDENTIALS_FILE"] = join(folder, "none");
  process.env["AWS_CONFIG_FILE"] = join(folder, "none");
  process.env["AWS_EC2_METADATA_DISABLED"] = "true";
});

afterEach(async () => {
  process.env = before;
  await rm(folder, { recursive: true });
});

async function credentialsFile(cloud: Cloud, profile: string): Promise<string> {
  const file = join(folder, "credentials");
  await writeFile(
    file,
    `[${profile}]\naws_access_key_id = ${cloud.accessKeyId}\naws_secret_access_key = ${cloud.secretAccessKey}\n`,
  );
  return file;
}

describe("credentials", () => {
  it("come from the environment, and the region as well", async () => {
    await using cloud = await startCloud();
    process.env["AWS_ACCESS_KEY_ID"] = cloud.accessKeyId;
    process.env["AWS_SECRET_ACCESS_KEY"] = cloud.secretAccessKey;
    process.env["AWS_REGION"] = HOME;
    const artifact = await build(cloud, { ...NO_KEYS, region: undefined });
    expect(artifact.id()).toMatch(/^us-east-1:ami-/);
  });

  it("come from a profile of the shared file", async () => {
    await using cloud = await startCloud();
    process.env["AWS_SHARED_CREDENTIALS_FILE"] = await credentialsFile(cloud, "builds");
    expect((await build(cloud, { ...NO_KEYS, profile: "builds" })).id()).toMatch(/^us-east-1:ami-/);
  });

  it("come from the file that the template names", async () => {
    await using cloud = await startCloud();
    const shared_credentials_file = await credentialsFile(cloud, "default");
    const artifact = await build(cloud, { ...NO_KEYS, shared_credentials_file });
    expect(artifact.id()).toMatch(/^us-east-1:ami-/);
  });

  it("are those of a role that is assumed with them", async () => {
    await using cloud = await startCloud();
    process.env["AWS_ENDPOINT_URL_STS"] = cloud.url;
    await build(cloud, {
      assume_role: {
        role_arn: "arn:aws:iam::123456789012:role/builder",
        session_name: "packer",
        tags: { Team: "web" },
      },
    });
    expect(cloud.operations()[0]).toBe("AssumeRole");
    expect(cloud.requests.filter(({ operation }) => operation === "AssumeRole")).toHaveLength(1);
  });

  it("that are nowhere are one clear error", async () => {
    await using cloud = await startCloud();
    const error = await build(cloud, NO_KEYS).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ cause: { code: "NO_CREDENTIALS" } });
    expect((error as Error).message).toContain("give access_key and secret_key, or profile");
    expect(leftovers(cloud)).toEqual([]);
  });

  it("of a profile that does not exist are one clear error", async () => {
    await using cloud = await startCloud();
    process.env["AWS_SHARED_CREDENTIALS_FILE"] = await credentialsFile(cloud, "builds");
    const error = await build(cloud, { ...NO_KEYS, profile: "none" }).catch((thrown) => thrown);
    expect(error).toMatchObject({ cause: { code: "NO_CREDENTIALS" } });
  });

  it("with a token that is not theirs are refused", async () => {
    await using cloud = await startCloud();
    await expect(build(cloud, { token: "nonsense" })).rejects.toThrow("AuthFailure");
  });
});

describe("a region", () => {
  it("that nobody names is one clear error", async () => {
    await using cloud = await startCloud();
    await expect(build(cloud, { region: undefined })).rejects.toMatchObject({
      code: "NO_REGION",
      message: "no region is named: give the attribute region, or set AWS_REGION",
    });
  });
});
