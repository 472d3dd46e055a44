import assert from "node:assert/strict";
import {
  ARTIFACT_STATE_URI,
  answerState,
  fromArtifact,
  type Image,
  withRegion,
} from "@packerkit/registry-image";

class VolumeArtifact {
  readonly #region = "us-east-1";
  readonly #data = { generated_data: { SourceAMI: "ami-1" } };
  builderId = () => "mitchellh.amazon.ebsvolume";
  id = () => "vol-1";

  state(name: string): unknown {
    return answerState(name, this.#data, () => fromArtifact(this, withRegion(this.#region)));
  }
}

const volume = new VolumeArtifact();
assert.equal((volume.state(ARTIFACT_STATE_URI) as Image).providerRegion, "us-east-1");
assert.deepEqual(volume.state("generated_data"), { SourceAMI: "ami-1" });
assert.equal(volume.state("anything else"), undefined);
