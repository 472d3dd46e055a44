import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STORE_KINDS, TestStores } from "../fixtures/registry/stores.ts";
import {
  publishBase,
  type RecordedCall,
  readRecording,
  withIds,
  withoutIds,
} from "../fixtures/registry/terraform-recording.ts";
import { DocsPage } from "../src/docs-page.ts";
import { signIn, tokenOf } from "../src/registry-api.ts";
import {
  createPrincipal,
  type RegistryEnvironment,
  type RegistryServer,
  startRegistryServer,
} from "../src/registry-server.ts";

const recording = await readRecording();
const stores = new TestStores();
afterAll(() => stores.remove());

describe("Terraform's provider for HCP, as it was recorded", () => {
  it("ran the configuration that docs/registry.md shows", async () => {
    const page = await DocsPage.read("docs/registry.md");
    expect(recording.configuration).toBe(page.take("hcl", "hcp_packer_version"));
    expect(recording.client).toMatch(/Terraform\/1\.\d+\.\d+ .* terraform-provider-hcp\/\d/);
    const asked = recording.steps.flatMap(({ calls }) => calls.map(({ status }) => status));
    expect(new Set(asked)).toEqual(new Set([200]));
  });

  describe.each(STORE_KINDS)("on a registry with %s", (kind) => {
    let server: RegistryServer;
    let environment: RegistryEnvironment;
    let token: string;

    beforeAll(async () => {
      const store = await stores.create(kind);
      server = await startRegistryServer(store);
      environment = await createPrincipal(store, server, { role: "contributor" });
      token = await tokenOf(server.url, environment);
      await publishBase(await signIn(server.url, environment));
    });
    afterAll(() => server?.stop());

    /** Asks what the provider asked. */
    async function replay({ method, path, body }: RecordedCall) {
      const response = await fetch(server.url + withIds(path, environment), {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, answer: withoutIds(await response.json(), environment) };
    }

    it.each(recording.steps.map((step, index) => ({ ...step, number: index + 1 })))(
      "is answered at its step $number, $command, as it was",
      async ({ calls }) => {
        for (const call of calls) {
          const { status, answer } = await replay(call);
          const what = `${call.method} ${call.path}`;
          expect({ what, status, answer }).toMatchObject({
            what,
            status: call.status,
            answer: call.answer,
          });
        }
      },
    );
  });
});
