import { once } from "node:events";
import { ARTIFACT_STATE_URI, type Artifact, type Image } from "@packerkit/registry-image";
import {
  type Builder,
  type Config,
  ctyFromPlain,
  ctyToPlain,
  type DataSource,
  type HclObjectSpec,
  type PostProcessor,
  PROVISION_HOOK,
  type Provisioner,
} from "../../src/index.ts";
import { FixtureMachine } from "./fixture-communicator.ts";

export const fixtureSpec: HclObjectSpec = {
  kind: "object",
  attributes: {
    mode: { kind: "attr", name: "mode", type: { kind: "string" }, required: true },
    tags: {
      kind: "attr",
      name: "tags",
      type: { kind: "map", element: { kind: "string" } },
      required: false,
    },
    disk: {
      kind: "block_list",
      name: "disk",
      nested: {
        kind: "object",
        attributes: {
          size: { kind: "attr", name: "size", type: { kind: "number" }, required: false },
        },
      },
    },
  },
};

export const fixtureImage: Image = {
  imageId: "img-1",
  providerName: "fixture",
  providerRegion: "sunny",
  labels: { os: "none", __proto__x: "kept" },
  sourceImageId: "img-0",
};

/** An artifact with something of every kind in its state. */
export class FixtureArtifact implements Artifact {
  readonly destroyed: string[] = [];

  builderId() {
    return "fixture.builder";
  }
  files() {
    return ["/a", "/b"];
  }
  id() {
    return "sunny:img-1";
  }
  toString() {
    return "An image that was never made: ümläut ☀";
  }
  state(name: string): unknown {
    const states: Record<string, unknown> = {
      [ARTIFACT_STATE_URI]: [fixtureImage, { ...fixtureImage, imageId: "img-2" }],
      text: "x".repeat(300),
      numbers: [0, 127, 128, 255, 65_536, 2 ** 40, -1, -129, 1.5],
      nested: { list: [1, { deep: true }], none: null, left_out: undefined },
      map: new Map([["key", new Set(["a", "b"])]]),
      bytes: Buffer.from([1, 2, 3]),
      time: new Date("2024-05-06T07:08:09.010Z"),
      func: () => 1,
    };
    return states[name];
  }
  async destroy() {
    throw new Error("img-1 is in use");
  }
}

/** Reads the merged settings as plain values; `mode` says what the fixture is to do. */
function settingsOf(configs: readonly Config[]): Record<string, unknown> {
  const parts = configs.map((config) =>
    config.kind === "cty" ? ctyToPlain(config.value) : config.value,
  );
  return Object.assign({}, ...(parts as object[]));
}

/** A builder that says three lines, provisions the fixture's machine and answers the fixture's artifact. */
export function fixtureBuilder(machine = new FixtureMachine()): Builder {
  let settings: Record<string, unknown> = {};
  return {
    configSpec: () => fixtureSpec,
    async prepare(configs) {
      settings = settingsOf(configs);
      const warnings = [JSON.stringify(settings)];
      const error = settings["mode"] === "invalid" ? new Error("mode: invalid") : undefined;
      return { generatedVariables: ["Address"], warnings, ...(error && { error }) };
    },
    async run(ui, hook, { signal }) {
      if (settings["mode"] === "fail") throw new Error("the build failed");
      if (settings["mode"] === "nothing") return undefined;
      for (const word of ["one", "two", "three"]) ui.say(word);
      ui.error("a problem");
      ui.machine("category", "a", "b");
      if (settings["mode"] === "wait") {
        ui.say("waiting");
        if (!signal.aborted) await once(signal, "abort");
        ui.say("cleaned up");
        throw new Error("the build was cancelled");
      }
      const answer = await ui.ask("sure?");
      ui.say(`answered ${answer}`);
      const progress = ui.trackProgress("file.iso", 0, 1000);
      progress.advance(400);
      progress.advance(600);
      progress.close();
      await hook.run(PROVISION_HOOK, ui, machine, { Address: "10.0.0.1", Port: 22 }, { signal });
      return new FixtureArtifact();
    },
  };
}

/** A provisioner that runs a few commands on the machine it is given, and says what came of them. */
export function fixtureProvisioner(): Provisioner {
  let settings: Record<string, unknown> = {};
  return {
    configSpec: () => fixtureSpec,
    async prepare(configs) {
      settings = settingsOf(configs);
      if (settings["mode"] === "invalid") throw new Error("mode: invalid");
    },
    async provision(ui, communicator, generatedData, { signal }) {
      ui.say(JSON.stringify(generatedData));
      if (settings["mode"] === "wait") {
        if (!signal.aborted) await once(signal, "abort");
        throw new Error("the provisioner was cancelled");
      }
      const status = await communicator.start({ command: "exit 3" });
      ui.say(`status ${status}`);
    },
  };
}

/** A post-processor that passes its artifact on, or makes another one. */
export function fixturePostProcessor(): PostProcessor {
  let settings: Record<string, unknown> = {};
  return {
    configSpec: () => fixtureSpec,
    async configure(configs) {
      settings = settingsOf(configs);
      if (settings["mode"] === "invalid") throw new Error("mode: invalid");
    },
    async postProcess(ui, artifact) {
      ui.say(`got ${await artifact.id()}`);
      if (settings["mode"] === "fail") throw new Error("the post-processor failed");
      if (settings["mode"] === "nothing") return undefined;
      const result = settings["mode"] === "same" ? artifact : new FixtureArtifact();
      return { artifact: result, keep: true, forceOverride: false };
    },
  };
}

/** A data source that answers its settings and a list. */
export function fixtureDataSource(): DataSource {
  let settings: Record<string, unknown> = {};
  return {
    configSpec: () => fixtureSpec,
    outputSpec: () => fixtureSpec,
    async configure(configs) {
      settings = settingsOf(configs);
      if (settings["mode"] === "invalid") throw new Error("mode: invalid");
    },
    async execute() {
      if (settings["mode"] === "fail") throw new Error("nothing found");
      return ctyFromPlain({ mode: settings["mode"], list: [1, 2.5, null], flag: true });
    },
  };
}
