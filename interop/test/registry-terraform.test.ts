import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STORE_KINDS, TestStores } from "../fixtures/registry/stores.ts";
import {
  publishBase,
  type RecordedCall,
  readConfigurations,
  readRecording,
  withIds,
  withoutIds,
} from "../fixtures/registry/terraform-recording.ts";
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
  it("ran the configuration that docs/registry.md shows, and a further one", async () => {
    expect(recording.configurations).toEqual(await readConfigurations());
    expect(recording.client).toMatch(/Terraform\/1\.\d+\.\d+ .* terraform-provider-hcp\/\d/);
    const calls = recording.steps.flatMap((step) => step.calls);
    const refused = calls.filter(({ status }) => status !== 200);
    // The registry's own channel, which the provider then takes over.
    expect(refused).toMatchObject([
      { method: "POST", body: { name: "latest" }, status: 409, answer: { code: 6 } },
    ]);
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
      "is answered at its step $number as it was: $configuration, $command",
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
