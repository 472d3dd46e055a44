import { VSphereArtifact } from "./artifact.ts";
import { type Build, type BuildState, made } from "./build-state.ts";
import { numbered, withoutEmpty } from "./labels.ts";

/** The artifact of a build that succeeded. */
export function makeArtifact(
  { config, libraries, session }: Build,
  state: BuildState,
  sourceId: string,
  stateData: Readonly<Record<string, unknown>>,
): VSphereArtifact {
  const { exported, isDestroyed = false, iso, libraryItem } = state;
  const destination = config.content_library_destination;
  const { vsphere_uuid, ...own } = made(state, "labels");
  const metadata = {
    ...(isDestroyed || vsphere_uuid === undefined ? {} : { vsphere_uuid }),
    ...own,
    ...withoutEmpty({ content_library_item_uuid: libraryItem?.id ?? "" }),
    ...numbered("template_datastore", libraryItem?.datastores ?? []),
  };
  return new VSphereArtifact({
    session,
    libraries,
    vm: isDestroyed
      ? undefined
      : { reference: made(state, "vm"), instanceUuid: state.instanceUuid ?? "" },
    name: config.vm_name,
    datacenter: made(state, "place").datacenter.name,
    sourceId,
    labels: {
      ...metadata,
      ...withoutEmpty({
        cluster: config.cluster,
        host: config.host,
        content_library_destination:
          libraryItem === undefined ? "" : `${destination?.library}/${libraryItem.name}`,
        source_image_url: iso?.url ?? "",
      }),
    },
    libraryItem: libraryItem?.isNew ? libraryItem.id : undefined,
    ...(exported === undefined ? {} : { exported }),
    stateData: { generated_data: {}, metadata, ...stateData },
  });
}
