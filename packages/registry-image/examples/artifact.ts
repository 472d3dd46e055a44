import assert from "node:assert/strict";
import {
  ARTIFACT_STATE_URI,
  type Artifact,
  answerState,
  collectImages,
  fromArtifact,
  setLabels,
  withId,
  withProvider,
  withRegion,
  withSourceId,
} from "@packerkit/registry-image";

class HappyArtifact implements Artifact {
  readonly #data = { generated_data: { SourceImageId: "img-1" } };

  builderId = () => "packerkit.happy-cloud";
  files = () => [];
  id = () => "img-2";
  toString = () => "Happy image web-1 (img-2) in Sunny East";
  destroy = async () => {};

  state(name: string): unknown {
    return answerState(name, this.#data, () =>
      fromArtifact(
        this,
        withId("web-1"),
        withProvider("happy-cloud"),
        withRegion("Sunny East"),
        withSourceId("img-1"),
        setLabels({ team: "web" }),
      ),
    );
  }
}

const { images, labels, dropped } = await collectImages(new HappyArtifact());

assert.deepEqual(images, [
  {
    imageId: "web-1",
    providerName: "happy-cloud",
    providerRegion: "Sunny East",
    labels: { team: "web" },
    sourceImageId: "img-1",
  },
]);
assert.deepEqual(labels, { team: "web" });
assert.deepEqual(dropped, []);
assert.ok(new HappyArtifact().state(ARTIFACT_STATE_URI));
