import type { ProvisionTarget } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { DockerCommunicator } from "../communicator.ts";
import type { ContainerDetails } from "../engine-answers.ts";

/** The container that the template's provisioners work on. */
export function provisionTarget(state: BuildState): ProvisionTarget {
  const { config, container, engine, generatedData } = state;
  const { id, user, address } = container.details as ContainerDetails;
  const communicator = new DockerCommunicator({
    engine,
    container: id,
    user: config.exec_user || undefined,
    terminal: config.pty,
    uploadOwner: config.fix_upload_owner ? user : "root",
  });
  return { communicator, id, data: { ...generatedData, ConnType: "docker", Host: address } };
}
