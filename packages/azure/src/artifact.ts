import {
  type Artifact,
  answerState,
  fromArtifact,
  type Image,
  setLabels,
  withId,
  withProvider,
  withRegion,
  withSourceId,
} from "@packerkit/registry-image";
import { type Removable, removeAll } from "./remove-all.ts";
import { sourceIdOf } from "./source-id.ts";

/** The builder id of what the builder `arm` makes. */
export const ARM_BUILDER_ID = "Azure.ResourceManagement.VMImage";

/** The provider's name in the registry. */
export const PROVIDER = "azure";

/** A managed image. */
export interface ManagedImage {
  id: string;
  name: string;
  group: string;
  location: string;
  /** The id of the system disk, where that was kept. */
  osDiskId?: string | undefined;
  /** The ids of snapshots that were made beside it. */
  snapshotIds: readonly string[];
}

/** A version of a gallery's image. */
export interface GalleryVersion {
  id: string;
  group: string;
  gallery: string;
  image: string;
  version: string;
  location: string;
  /** Where it has copies. */
  regions: readonly string[];
}

/** Disks in a storage account. */
export interface Vhd {
  /** The URL of the system disk. */
  osDiskUrl: string;
  /** The URLs of the other disks, in order. */
  dataDiskUrls: readonly string[];
  /** The location of the storage account. */
  location: string;
}

/** What an {@link ArmArtifact} is made of: one kind of image, or several. */
export interface ArmArtifactOptions {
  /** Deletes what the artifact stands for. */
  client: Removable;
  osType: string;
  managedImage?: ManagedImage | undefined;
  galleryVersion?: GalleryVersion | undefined;
  vhd?: Vhd | undefined;
  /** `SourceImageName`. Whatever else is survived. */
  generatedData?: unknown;
}

/**
 * What a build made of a machine. Where it is several things, the most managed one stands for it: the managed image,
 * then the gallery's version, then the VHD.
 *
 * Source: packer-plugin-azure 2.6, `builder/azure/arm/artifact.go`.
 */
export class ArmArtifact implements Artifact {
  readonly #options: ArmArtifactOptions;
  readonly #state: Readonly<Record<string, unknown>>;

  constructor(options: ArmArtifactOptions) {
    this.#options = options;
    const { generatedData, galleryVersion } = options;
    this.#state = {
      generated_data: generatedData,
      ...(galleryVersion === undefined ? {} : galleryState(galleryVersion)),
    };
  }

  builderId(): string {
    return ARM_BUILDER_ID;
  }

  files(): readonly string[] {
    return [];
  }

  /** The system disk that was kept, else the managed image's id, else the gallery version's, else the VHD's URL. */
  id(): string {
    const { managedImage, galleryVersion, vhd } = this.#options;
    const ids = [managedImage?.osDiskId, managedImage?.id, galleryVersion?.id, vhd?.osDiskUrl];
    return ids.find((id) => id !== undefined) ?? "UNKNOWN ID";
  }

  toString(): string {
    const { managedImage, galleryVersion, vhd } = this.#options;
    const lines = [
      ...(managedImage === undefined ? [] : tellManagedImage(managedImage)),
      ...(galleryVersion === undefined
        ? []
        : [`Gallery image version: ${galleryVersion.id} in ${galleryVersion.regions.join(", ")}`]),
      ...(vhd === undefined
        ? []
        : [vhd.osDiskUrl, ...vhd.dataDiskUrls].map((url) => `VHD: ${url}`)),
    ];
    return lines.join("\n");
  }

  /** Knows `par.artifact.metadata`, `generated_data` and, of a gallery's version, its `arm.…` keys. */
  state(name: string): unknown {
    return answerState(name, this.#state, () => this.#metadata());
  }

  /**
   * Deletes the gallery's version, the managed image, its snapshots, the disk that was kept, and the VHDs. What is gone
   * already is no error.
   *
   * @throws {AzureError} `DESTROY_FAILED`, naming everything that stays.
   */
  async destroy(): Promise<void> {
    const { client, galleryVersion, managedImage, vhd } = this.#options;
    // In this order: an image that a version is being copied from cannot be deleted.
    await removeAll(client, {
      resources: [galleryVersion?.id, managedImage?.id, managedImage?.osDiskId]
        .filter((id) => id !== undefined)
        .concat(managedImage?.snapshotIds ?? []),
      blobs: vhd === undefined ? [] : [vhd.osDiskUrl, ...vhd.dataDiskUrls],
    });
  }

  #metadata(): Image {
    const { managedImage, galleryVersion, vhd } = this.#options;
    const id = managedImage?.id ?? galleryVersion?.id ?? vhd?.osDiskUrl ?? "";
    const location = managedImage?.location ?? galleryVersion?.location ?? vhd?.location ?? "";
    return fromArtifact(
      this,
      withId(id),
      withProvider(PROVIDER),
      withRegion(location),
      withSourceId(sourceIdOf(this.#state["generated_data"])),
      setLabels(labelsOf(this.#options)),
    );
  }
}

function labelsOf(options: ArmArtifactOptions): Record<string, string | undefined> {
  const { managedImage, galleryVersion, osType, vhd } = options;
  return {
    ...(vhd === undefined ? {} : { storage_account_location: vhd.location }),
    ...(galleryVersion === undefined
      ? {}
      : {
          sig_resource_group: galleryVersion.group,
          sig_name: galleryVersion.gallery,
          sig_image_name: galleryVersion.image,
          sig_image_version: galleryVersion.version,
          sig_replicated_regions: galleryVersion.regions.join(", "),
        }),
    ...(managedImage === undefined
      ? {}
      : {
          os_type: osType,
          managed_image_resourcegroup_name: managedImage.group,
          managed_image_name: managedImage.name,
          os_disk_uri: managedImage.osDiskId,
        }),
  };
}

/** Source of the keys: packer-plugin-azure 2.6, `builder/azure/common/constants/stateBag.go`. */
function galleryState(version: GalleryVersion): Record<string, unknown> {
  return {
    "arm.ManagedImageSigPublishResourceGroup": version.group,
    "arm.ManagedImageSharedGalleryName": version.gallery,
    "arm.ManagedImageSharedGalleryImageName": version.image,
    "arm.ManagedImageSharedGalleryImageVersion": version.version,
    "arm.ManagedImageSharedGalleryReplicationRegions": [...version.regions],
  };
}

function tellManagedImage({ id, location, osDiskId, snapshotIds }: ManagedImage): string[] {
  return [
    `Managed image: ${id} in ${location}`,
    ...(osDiskId === undefined ? [] : [`System disk: ${osDiskId}`]),
    ...snapshotIds.map((snapshot) => `Snapshot: ${snapshot}`),
  ];
}
