import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildGoPeer } from "../src/go-peer.ts";
import { bundlePluginFile, type PluginFile } from "../src/plugin-file.ts";
import { type Drive, driveWithGo, type Found } from "../src/sdk-client.ts";

/** The same plugin twice; Go's own is there to show that what is expected here is what Go does. */
const plugins = { "a plugin of ours": () => twin.path, "a plugin of the Go SDK": () => goPlugin };

let twin: PluginFile;
let goPlugin = "";

beforeAll(async () => {
  twin = await bundlePluginFile("twin", "interop/fixtures/twin/plugin.ts");
  goPlugin = await buildGoPeer("sdk-plugin");
  await buildGoPeer("sdk-client");
});
afterAll(() => twin?.remove());

describe.each(Object.keys(plugins) as (keyof typeof plugins)[])(
  "the Go SDK's client on %s",
  (name) => {
    async function drive(kind: Drive["kind"], mode: string, exercise?: string): Promise<Found> {
      const found = await driveWithGo(plugins[name](), {
        kind,
        mode,
        ...(exercise && { exercise }),
      });
      expect(found["exit"]).toBe("exit status 0");
      return found;
    }

    describe("Builder", () => {
      it("reads HCL by the spec, and answers generated variables and warnings", async () => {
        expect(await drive("builder", "ok")).toMatchObject({
          prepareError: "",
          generated: ["Address", "Port", "Tags"],
          warnings: ["the mode is ok"],
        });
      });

      it("refuses settings", async () => {
        const { prepareError } = await drive("builder", "invalid");
        expect(prepareError).toContain("mode: invalid");
      });

      it("runs to an artifact, and says everything in order", async () => {
        expect(await drive("builder", "ok")).toMatchObject({
          runError: "",
          hasArtifact: true,
          ui: [
            'say ["ok",{"team":"blue"},[42,0],"example",true,{"region":"sunny"}]',
            "say one",
            "say two",
            "say three",
            "error a problem",
            "machine category a,b",
            "ask sure?",
            "say answered yes",
            "progress of folder/file.iso: 0 of 1000",
            "progress ended after 1000",
            "say said by a provisioner",
            "say cleaned up",
          ],
        });
      });

      it("runs to no artifact", async () => {
        expect(await drive("builder", "nothing")).toMatchObject({
          runError: "",
          hasArtifact: false,
        });
      });

      it("fails", async () => {
        const { runError, hasArtifact, ui } = await drive("builder", "fail");
        expect(runError).toContain("the build failed");
        expect(hasArtifact).toBe(false);
        expect(ui).toContain("say cleaned up");
      });

      it("is cancelled, and cleans up before it answers", async () => {
        const { runError, hasArtifact, ui } = await drive("builder", "wait");
        expect(runError).toContain("cancelled");
        expect(hasArtifact).toBe(false);
        expect((ui as string[]).slice(-2)).toEqual(["say waiting", "say cleaned up"]);
      });
    });

    describe("Hook", () => {
      it("gets its name and the generated data", async () => {
        expect(await drive("builder", "ok")).toMatchObject({
          hook: "packer_provision",
          data: {
            ID: "machine-1",
            Address: "10.0.0.1",
            Port: 22,
            Tags: { a: "b" },
            PackerRunUUID: "",
            PackerHTTPAddr: "ERR_HTTP_ADDR_NOT_IMPLEMENTED_BY_BUILDER",
            PackerHTTPIP: "ERR_HTTP_IP_NOT_IMPLEMENTED_BY_BUILDER",
            PackerHTTPPort: "ERR_HTTP_PORT_NOT_IMPLEMENTED_BY_BUILDER",
          },
        });
      });

      it("fails the build, after the clean-up hook has run", async () => {
        const { runError, hooks } = await drive("builder", "ok", "fail");
        expect(runError).toContain("a provisioner failed");
        expect(hooks).toEqual(["packer_provision", "packer_cleanup_provision"]);
      });
    });

    describe("Communicator", () => {
      it("runs commands with input, output, errors and exit status", async () => {
        expect(await drive("builder", "ok", "commands")).toMatchObject({
          echo: String.raw`"hello\n" "" 0`,
          warn: String.raw`"" "careful\n" 0`,
          cat: '"typed in" "" 0',
          status: '"" "" 123456',
          negative: '"" "" -1',
        });
      });

      it("tells that a command does not start", async () => {
        expect(await drive("builder", "ok", "commands")).toMatchObject({
          break: "error: the machine is broken",
        });
      });

      it("uploads and downloads files, with what is known of them", async () => {
        expect(await drive("builder", "ok", "files")).toMatchObject({
          upload: "",
          download: "small",
          empty: "",
          info: "program 8589934592 4755 1700000000123",
        });
      });

      it("tells that a file cannot be read or written", async () => {
        expect(await drive("builder", "ok", "files")).toMatchObject({
          missing: "error: no such file: /missing",
          readonly: "the file system is read-only",
        });
      });

      it("uploads and downloads folders, and tells that one is not there", async () => {
        expect(await drive("builder", "ok", "directories")).toMatchObject({
          upload: "up from /from without a,b",
          download: "down to /to without c",
          uploadError: "no such directory: /nowhere",
          downloadError: "no such directory: /nowhere",
        });
      });

      it("carries 100 MB both ways with the same SHA-256", async () => {
        const { sent, kept, received, size } = await drive("builder", "ok", "bulk");
        expect(sent).toMatch(/^[0-9a-f]{64}$/);
        expect([kept, received, size]).toEqual([sent, sent, 100_000_000]);
      });

      it("carries eight commands' input and output at a time", async () => {
        const { same } = await drive("builder", "ok", "streams");
        expect(same).toEqual(Array(8).fill(true));
      });
    });

    describe("Artifact", () => {
      it("tells what it is, and is destroyed", async () => {
        expect(await drive("builder", "ok", "artifact")).toMatchObject({
          builderId: "packerkit.twin",
          id: "img-1",
          files: ["/a", "/b"],
          string: "An image that was never made: ümläut ☀",
          destroyError: "",
        });
      });

      it("answers states of every kind", async () => {
        const { states, textSize } = await drive("builder", "ok", "artifact");
        expect(states).toEqual({
          numbers: [0, 127, 128, 255, 65_536, 2 ** 40, -1, -129, 1.5],
          nested: { list: [1, { deep: true }], none: null },
          bytes: "bytes 010203",
          generated_data: { Address: "10.0.0.1" },
          unknown: null,
        });
        expect(textSize).toBe(70_000);
      });

      it("answers image metadata that Packer's core reads", async () => {
        const { images } = await drive("builder", "ok", "artifact");
        expect(images).toEqual([
          {
            ImageID: "img-1",
            ProviderName: "twin",
            ProviderRegion: "sunny",
            Labels: { os: "none", release: "24.04" },
            SourceImageID: "img-0",
          },
        ]);
      });

      it("answers 10,000 calls, eight at a time, each with its own answer", async () => {
        const { wrongAnswers } = await drive("builder", "ok", "calls");
        expect(wrongAnswers).toEqual(Array(8).fill(0));
      });
    });

    describe("Provisioner", () => {
      it("works on a machine of the client's: command, upload, folders, download", async () => {
        expect(await drive("provisioner", "ok")).toMatchObject({
          prepareError: "",
          provisionError: "",
          ui: [
            "say provisioning machine-1 at 22",
            'say cat printed "out" and "err", and ended with 3',
            'say downloaded "held by the machine"',
          ],
          stdin: "typed in",
          uploaded: "/small: small",
          uploadedDir: "/from to /to[a b]",
          downloadedDir: "/src to /dst[c]",
        });
      });

      it("refuses settings", async () => {
        const { prepareError } = await drive("provisioner", "invalid");
        expect(prepareError).toContain("mode: invalid");
      });

      it("fails", async () => {
        expect(await drive("provisioner", "fail")).toMatchObject({
          provisionError: "the provisioner failed",
        });
      });

      it("is cancelled", async () => {
        expect(await drive("provisioner", "wait")).toMatchObject({
          provisionError: "the provisioner was cancelled",
          ui: ["say waiting"],
        });
      });
    });

    describe("PostProcessor", () => {
      it("reads the artifact that comes in, and makes a new one", async () => {
        expect(await drive("post-processor", "new")).toMatchObject({
          configureError: "",
          processError: "",
          ui: ["say got incoming of bid with in: kept"],
          id: "incoming-processed",
          files: ["/a", "/b"],
          keep: true,
          force: false,
        });
      });

      it("passes the artifact on, which can still be destroyed", async () => {
        expect(await drive("post-processor", "same")).toMatchObject({
          id: "incoming",
          files: ["in"],
          keep: true,
          force: true,
          destroyError: "",
          incomingDestroyed: true,
        });
      });

      it("refuses settings", async () => {
        const { configureError } = await drive("post-processor", "invalid");
        expect(configureError).toContain("mode: invalid");
      });

      it("fails", async () => {
        expect(await drive("post-processor", "fail")).toMatchObject({
          processError: "the post-processor failed",
        });
      });

      it("is cancelled", async () => {
        expect(await drive("post-processor", "wait")).toMatchObject({
          processError: "the post-processor was cancelled",
        });
      });
    });

    describe("Datasource", () => {
      it("answers values of the types that its spec says", async () => {
        expect(await drive("datasource", "ok")).toMatchObject({
          mode: '{"value":"ok","type":"string"}',
          numbers: '{"value":[1,2.5],"type":["list","number"]}',
          tags: '{"value":{"a":"b"},"type":["map","string"]}',
          none: '{"value":null,"type":"string"}',
        });
      });

      it("refuses settings", async () => {
        const { configureError } = await drive("datasource", "invalid");
        expect(configureError).toContain("mode: invalid");
      });

      it("fails", async () => {
        const { executeError } = await drive("datasource", "fail");
        expect(executeError).toContain("nothing found");
      });
    });
  },
);
