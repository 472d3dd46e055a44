import {
  ARTIFACT_STATE_URI,
  type Artifact,
  answerState,
  fromArtifact,
  setLabels,
  withProvider,
  withRegion,
  withSourceId,
} from "@packerkit/registry-image";
import type { Expectations, Subject } from "../src/index.ts";

/** A small artifact that keeps every rule, over a provider that is a set of ids. */
export class SampleArtifact implements Artifact {
  readonly #exists: Set<string>;
  readonly #stuck: ReadonlySet<string>;
  readonly #data: Record<string, unknown>;

  constructor(exists: Set<string>, stuck: ReadonlySet<string>, generatedData: unknown) {
    this.#exists = exists;
    this.#stuck = stuck;
    this.#data = { generated_data: generatedData };
  }

  builderId() {
    return "sample.builder";
  }
  files(): string[] {
    return [];
  }
  id() {
    return "image-2";
  }
  toString() {
    return "Sample image image-2";
  }

  state(name: string): unknown {
    return answerState(name, this.#data, () =>
      fromArtifact(
        this,
        withProvider("sample"),
        withRegion("here"),
        withSourceId(sourceOf(this.#data["generated_data"])),
        setLabels({ team: "web" }),
      ),
    );
  }

  async destroy(): Promise<void> {
    const failed: Error[] = [];
    for (const id of [...this.#exists]) {
      if (this.#stuck.has(id)) failed.push(new Error(`${id} is in use`));
      else this.#exists.delete(id);
    }
    if (failed.length > 0) throw new AggregateError(failed, "not everything could be removed");
  }
}

function sourceOf(generatedData: unknown): string {
  const source = (generatedData as { Source?: unknown } | null | undefined)?.Source;
  return typeof source === "string" ? source : "";
}

export const sampleExpectations: Expectations = {
  builderId: "sample.builder",
  provider: "sample",
  imageId: /^image-\d+$/,
  region: /^here$/,
  sourceId: /^image-1$/,
  labels: ["team"],
  stateKeys: ["generated_data"],
  secrets: ["s3cret"],
};

/** A subject over the sample, or over a subclass of it that breaks a rule. */
export function makeSample(Kind: typeof SampleArtifact = SampleArtifact): Subject {
  const exists = new Set(["image-2", "snapshot-2"]);
  const stuck = new Set<string>();
  return {
    artifact: new Kind(exists, stuck, { Source: "image-1" }),
    withGeneratedData: (data) => new Kind(exists, stuck, data),
    remaining: () => [...exists],
    breakDestroy() {
      stuck.add("image-2");
      return [...stuck];
    },
  };
}

/** Changes one field of the sample's image. */
export function withImage(
  change: (image: Record<string, unknown>) => unknown,
): typeof SampleArtifact {
  return class extends SampleArtifact {
    override state(name: string): unknown {
      const answer = super.state(name);
      return name === ARTIFACT_STATE_URI ? change(answer as Record<string, unknown>) : answer;
    }
  };
}
