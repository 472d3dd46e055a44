import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "@packerkit/plugin-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configSchema, type GoogleComputeConfig, googleComputeBuilder } from "../src/index.ts";

const MINIMAL = {
  project_id: "my-project",
  zone: "us-central1-a",
  source_image_family: "debian-12",
  communicator: "none",
};

const read = (more: object): GoogleComputeConfig =>
  parseConfig("googlecompute", configSchema, { ...MINIMAL, ...more });

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "packerkit-gce-"));
  await writeFile(join(folder, "key.json"), JSON.stringify({ type: "service_account" }));
  await writeFile(join(folder, "text.json"), "private-text-of-a-key");
  await writeFile(join(folder, "list.json"), "[]");
});
afterAll(() => rm(folder, { recursive: true }));

describe("the settings", () => {
  it("need little", () => {
    expect(read({})).toMatchObject({
      disk_size: 20,
      disk_type: "pd-standard",
      machine_type: "e2-standard-2",
      image_description: "Created by Packer",
      state_timeout: 300_000,
      wrap_startup_script: true,
    });
  });

  it.each([
    ["project_id", { project_id: undefined }, "project_id: is missing"],
    ["zone", { zone: "nowhere" }, "zone: is no zone"],
    ["no source", { source_image_family: undefined }, "source_image: is missing; name an image"],
    [
      "a zone that is not in the region",
      { region: "europe-west1" },
      "zone: us-central1-a is not in the region europe-west1; leave region out, or make it us-central1",
    ],
    ["an image name", { image_name: "No_Good" }, "image_name: must be 1 to 63 lower-case letters"],
    [
      "an image name that is too long",
      { image_name: "a".repeat(64) },
      "image_name: must be 1 to 63",
    ],
    ["an image name that ends in a dash", { image_name: "web-" }, "image_name: must be 1 to 63"],
    ["a family", { image_family: "1st" }, "image_family: must be 1 to 63"],
    ["a label's key", { image_labels: { Team: "web" } }, 'image_labels: "Team" is no key'],
    ["a label's value", { image_labels: { team: "Web!" } }, '"Web!", of team, is no value'],
    ["an architecture", { image_architecture: "mips" }, "image_architecture: is neither X86_64"],
    ["two locations", { image_storage_locations: ["us", "eu"] }, "has more than one location"],
    [
      "a time that is past",
      { delete_at: "2001-01-01T00:00:00Z" },
      "delete_at: 2001-01-01T00:00:00Z is in the past",
    ],
    ["a time that is none", { deprecate_at: "soon" }, "deprecate_at: is no time"],
    ["maintenance", { on_host_maintenance: "STOP" }, "is neither MIGRATE nor TERMINATE"],
    [
      "maintenance of a preemptible instance",
      { on_host_maintenance: "MIGRATE", preemptible: true },
      "on_host_maintenance: can only be TERMINATE",
    ],
    [
      "integrity monitoring alone",
      { enable_integrity_monitoring: true },
      "set enable_vtpm = true too",
    ],
    [
      "two service accounts",
      { service_account_email: "a@b.c", disable_default_service_account: true },
      "cannot be given together with disable_default_service_account",
    ],
    ["no external address", { omit_external_ip: true }, "use_internal_ip: must be true"],
    ["an address", { network_ip: "ten" }, "network_ip: is no IPv4 address"],
    ["a timeout", { state_timeout: "soon" }, "state_timeout: is no duration"],
    ["a communicator", { communicator: "winrm" }, "communicator: can be ssh or none"],
    ["ssh without a user", { communicator: "ssh" }, "ssh_username: is missing"],
    ["an unknown attribute", { imagename: "x" }, "imagename: is not an attribute"],
  ])("refuse %s", (_, more, message) => {
    expect(() => read(more)).toThrow(message);
  });

  it.each([
    ["accelerator_count", 1, "accelerators are not supported"],
    ["address", "my-address", "static addresses are not supported"],
    ["disk_attachment", [{ volume_type: "pd-ssd" }], "is not an attribute of this component"],
    ["image_encryption_key", { kmsKeyName: "k" }, "is not an attribute of this component"],
    ["impersonate_service_account", "a@b.c", "give a token of that account with access_token"],
    ["vault_gcp_oauth_engine", "gcp/token/x", "Vault is not asked"],
    ["use_iap", true, "IAP tunnels are not supported"],
    ["use_os_login", true, "OS Login is not supported"],
    ["wait_to_add_ssh_keys", "5m", "keys are there from the start"],
    ["ssh_bastion_host", "b.example", "bastion hosts are not supported"],
    ["windows_password_timeout", "5m", "Windows is not supported"],
  ])("refuse %s of the official plugin by name", (name, value, message) => {
    expect(() => read({ [name]: value })).toThrow(`${name}: `);
    expect(() => read({ [name]: value })).toThrow(message);
  });

  it("take what is left out where it is off", () => {
    expect(() => read({ use_os_login: false, use_iap: false, address: "" })).not.toThrow();
  });
});

describe("credentials", () => {
  it.each([
    [
      "a file that is not there",
      "none.json",
      /credentials_file: cannot read the file \S+none.json: ENOENT/,
    ],
    ["a file that is not JSON", "text.json", /credentials_file: the file \S+text.json is not JSON/],
    ["JSON without credentials", "list.json", /list.json is JSON, but holds no credentials/],
  ])("%s is told by name", (_, file, message) => {
    expect(() => read({ credentials_file: join(folder, file) })).toThrow(message);
  });

  it("a file of a key, or its text, is taken", () => {
    expect(() => read({ credentials_file: join(folder, "key.json") })).not.toThrow();
    expect(() => read({ credentials_json: '{"type":"authorized_user"}' })).not.toThrow();
    expect(() => read({ account_file: join(folder, "key.json") })).not.toThrow();
  });

  it("never show in an error", () => {
    const secret = "a-secret-that-must-not-show";
    for (const more of [
      { credentials_json: secret },
      { credentials_json: secret, access_token: secret },
    ]) {
      expect(() => read(more)).toThrow("credentials_json");
      expect(() => read(more)).not.toThrow(secret);
    }
    const file = { credentials_file: join(folder, "text.json") };
    expect(() => read(file)).not.toThrow("private-text");
  });

  it("of two kinds are refused", () => {
    expect(() => read({ access_token: "ya29.x", credentials_json: '{"type":"x"}' })).toThrow(
      "cannot be given together with access_token; keep one of them",
    );
  });
});

describe("custom_endpoints", () => {
  it.each([
    "https://compute.example/compute/v1/",
    "https://compute.example",
    "compute.example:8443",
    "http://127.0.0.1:80/compute/v1",
  ])("takes %s", (compute) => {
    expect(() => read({ custom_endpoints: { compute } })).not.toThrow();
  });

  it.each([
    ["compute", "https://compute.example/other/", "write https://<host>/compute/v1/"],
    ["compute", "ftp://compute.example", "is no address of compute"],
    ["storage", "https://user:pw@storage.example", "write https://<host>/storage/v1/"],
    ["dns", "https://dns.example", "there are compute, storage, oauth2, oslogin"],
  ])("refuses %s = %s", (service, address, message) => {
    expect(() => read({ custom_endpoints: { [service]: address } })).toThrow(message);
  });

  it("warns of plain http to another machine", () => {
    const warnings = (compute: string) =>
      googleComputeBuilder.warnings?.(read({ custom_endpoints: { compute } }));
    expect(warnings("http://compute.example")).toEqual([
      expect.stringContaining("custom_endpoints.compute is http"),
    ]);
    expect(warnings("http://127.0.0.1:8080")).toEqual([]);
    expect(warnings("https://compute.example")).toEqual([]);
  });
});
