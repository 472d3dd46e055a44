import { PROVISION_HOOK, type Step } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { DockerCommunicator } from "../communicator.ts";
import type { ContainerDetails } from "../engine-answers.ts";

/** Runs the template's provisioners in the container. */
export const provision: Step<BuildState> = {
  name: "Provision",

  async run({ config, container, engine, generatedData, hook, ui }, signal) {
    const id = container.id as string;
    const { user, address } = container.details as ContainerDetails;
    const communicator = new DockerCommunicator({
      engine,
      container: id,
      user: config.exec_user,
      terminal: config.pty,
      uploadOwner: config.fix_upload_owner ? user : "root",
    });
    const data = { ...generatedData, ID: id, ConnType: "docker", Host: address };
    await hook.run(PROVISION_HOOK, ui, communicator, data, { signal });
  },
};
