import { checkSshSettings } from "@packerkit/ssh-communicator";
import { checkAuthentication } from "./authentication.ts";
import type { GoogleComputeConfig } from "./config.ts";
import { leftOutOfBuilder, refuseLeftOut } from "./left-out.ts";

type Refuse = (attribute: string, message: string) => void;

/** Says what is wrong with the builder's settings taken together, by attribute. It asks the cloud nothing. */
export function checkConfig(config: GoogleComputeConfig, refuse: Refuse): void {
  refuseLeftOut(leftOutOfBuilder, config, refuse);
  checkAuthentication(config, refuse);
  checkSource(config, refuse);
  checkImageLabels(config.image_labels, refuse);
  checkTimes(config, refuse);
  checkInstance(config, refuse);
  if (config.communicator === "ssh") checkSshSettings(config, refuse);
}

/** The region of a zone, such as us-central1 of us-central1-a. */
export function regionOfZone(zone: string): string {
  return zone.slice(0, zone.lastIndexOf("-"));
}

function checkSource(config: GoogleComputeConfig, refuse: Refuse): void {
  if (config.source_image === undefined && config.source_image_family === undefined) {
    refuse("source_image", "is missing; name an image, or a family with source_image_family");
  }
  if (config.region !== undefined && config.region !== regionOfZone(config.zone)) {
    const right = regionOfZone(config.zone);
    refuse(
      "zone",
      `${config.zone} is not in the region ${config.region}; leave region out, or make it ${right}`,
    );
  }
}

/** Source: packer-plugin-googlecompute `builder/googlecompute/config.go`, `AreLabelsValid`. */
const LABEL_KEY = /^\p{Ll}[\p{Ll}0-9_-]{0,62}$/u;
const LABEL_VALUE = /^[\p{Ll}0-9_-]{0,63}$/u;

/** Says what is wrong with an image's labels. */
export function checkImageLabels(labels: Readonly<Record<string, string>>, refuse: Refuse): void {
  for (const [key, value] of Object.entries(labels)) {
    if (!LABEL_KEY.test(key)) {
      refuse(
        "image_labels",
        `${JSON.stringify(key)} is no key; it must have 1 to 63 lower-case letters, digits, dashes and underscores, and begin with a letter`,
      );
    }
    if (!LABEL_VALUE.test(value)) {
      refuse(
        "image_labels",
        `${JSON.stringify(value)}, of ${key}, is no value; it may have up to 63 lower-case letters, digits, dashes and underscores`,
      );
    }
  }
}

function checkTimes(config: GoogleComputeConfig, refuse: Refuse): void {
  for (const attribute of ["deprecate_at", "obsolete_at", "delete_at"] as const) {
    const time = config[attribute];
    if (time === undefined) continue;
    const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(time);
    if (!isTime || Number.isNaN(Date.parse(time))) {
      refuse(attribute, "is no time; write for instance 2030-01-31T00:00:00Z");
    } else if (Date.parse(time) < Date.now()) {
      refuse(attribute, `${time} is in the past; name a time to come`);
    }
  }
}

function checkInstance(config: GoogleComputeConfig, refuse: Refuse): void {
  if (config.enable_integrity_monitoring && !config.enable_vtpm) {
    refuse("enable_integrity_monitoring", "needs the vTPM; set enable_vtpm = true too");
  }
  if (config.preemptible && config.on_host_maintenance === "MIGRATE") {
    refuse("on_host_maintenance", "can only be TERMINATE for a preemptible instance");
  }
  if (config.disable_default_service_account && config.service_account_email !== undefined) {
    refuse(
      "service_account_email",
      "cannot be given together with disable_default_service_account; keep one of them",
    );
  }
  if (config.omit_external_ip && !config.use_internal_ip) {
    refuse("use_internal_ip", "must be true where omit_external_ip is");
  }
}
