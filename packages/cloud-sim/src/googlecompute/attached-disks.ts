import { alreadyExists, invalid, notFound, notReady } from "./errors.ts";
import type { Images } from "./images.ts";
import { type Body, block, blocks, size, text } from "./input.ts";
import { type AttachedDisk, DISK_TYPES, type StoredDisk } from "./model.ts";
import { checkedName, lastPart, newId, resourcePath } from "./names.ts";
import type { Resources } from "./resources.ts";

/** Where the instance will be whose disks are made, and the request for it. */
interface Wish {
  project: string;
  zone: string;
  body: Body;
}

/** The disks that come with an instance, each made of an image; the boot disk first. Nothing is stored yet. */
export function makeDisks(resources: Resources, images: Images, wish: Wish): AttachedDisk[] {
  const [boot, ...others] = blocks(wish.body, "disks");
  if (boot?.["boot"] !== true) {
    throw invalid("resource.disks", "", "A boot disk must be specified.");
  }
  return [boot, ...others].map((request, index) => {
    const disk = newDisk(resources, images, wish, request, index);
    if (index === 0) requireSecureBoot(wish.body, disk.source.view.guestOsFeatures);
    return {
      disk,
      isBoot: index === 0,
      autoDelete: request["autoDelete"] === true,
      deviceName: text(request, "deviceName") || `persistent-disk-${index}`,
    };
  });
}

function newDisk(
  resources: Resources,
  images: Images,
  { project, zone, body }: Wish,
  request: Body,
  index: number,
): StoredDisk {
  const field = `resource.disks[${index}].initializeParams`;
  const wanted = block(request, "initializeParams");
  const reference = text(wanted, "sourceImage");
  if (reference === "") throw invalid(`${field}.sourceImage`, "", "Disks are made of images.");
  const source = images.find(resourcePath(reference, project));
  if (source.isPending || source.view.status !== "READY") throw notReady(source.path);
  const ownName = index === 0 ? text(body, "name") : `${text(body, "name")}-${index}`;
  const name = checkedName(text(wanted, "diskName") || ownName, `${field}.diskName`);
  const path = `projects/${project}/zones/${zone}/disks/${name}`;
  if (resources.disks.has(path)) throw alreadyExists(path);
  resources.requireQuota("disks");
  const type = lastPart(text(wanted, "diskType") || "pd-standard");
  if (!DISK_TYPES.includes(type)) {
    throw notFound(`projects/${project}/zones/${zone}/diskTypes/${type}`);
  }
  const least = Number(source.view.diskSizeGb);
  const sizeGb = size(wanted, "diskSizeGb") ?? least;
  if (sizeGb < least) {
    throw invalid(
      `${field}.diskSizeGb`,
      sizeGb,
      `Requested disk size cannot be smaller than the image size (${least} GB)`,
    );
  }
  return {
    path,
    project,
    zone,
    name,
    id: newId(),
    sizeGb,
    type,
    status: "CREATING",
    createdAt: new Date().toISOString(),
    source,
    files: source.files,
    isPending: true,
  };
}

function requireSecureBoot(body: Body, features: readonly { type: string }[]): void {
  const asked = block(body, "shieldedInstanceConfig")["enableSecureBoot"] === true;
  if (!asked || features.some(({ type }) => type === "UEFI_COMPATIBLE")) return;
  throw invalid(
    "resource.shieldedInstanceConfig.enableSecureBoot",
    true,
    "Secure Boot is not supported by the image.",
  );
}
