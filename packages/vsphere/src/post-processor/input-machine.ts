import type { PostProcessContext } from "@packerkit/plugin-sdk";
import { BUILDER_ID } from "../artifact.ts";
import { VSphereError } from "../errors.ts";

/** What a post-processor is given. */
export type InputArtifact = PostProcessContext<unknown>["artifact"];

/** The machine that an artifact stands for. */
export interface InputMachine {
  readonly name: string;
  /** The folder that it is in, below the datacenter's; undefined where the artifact does not tell. */
  readonly folder: string | undefined;
}

/** Builder ids of artifacts that are machines on a vCenter, beside {@link BUILDER_ID}. */
const UPLOADED = "packer.post-processor.vsphere";
const OTHERS = ["mitchellh.vmware-esx", "packer.post-processor.artifice"];

/**
 * Reads which machine an artifact is.
 *
 * Source: packer-plugin-vsphere `post-processor/vsphere-template/post-processor.go`; the id of the post-processor
 * vsphere is `datastore::folder::name`.
 *
 * @throws {VSphereError} `UNSUITABLE` for an artifact that is no machine.
 */
export async function readInputMachine(
  artifact: Pick<InputArtifact, "builderId" | "id">,
): Promise<InputMachine> {
  const [builderId, id] = await Promise.all([artifact.builderId(), artifact.id()]);
  if (builderId === UPLOADED) {
    const [, folder = "", ...name] = id.split("::");
    return { name: name.join("::"), folder };
  }
  if (builderId === BUILDER_ID || OTHERS.includes(builderId))
    return { name: id, folder: undefined };
  throw new VSphereError(
    "UNSUITABLE",
    `vsphere-template takes machines on a vCenter, and ${id} was made by ${builderId}; put it behind vsphere-clone or vsphere-iso`,
  );
}
