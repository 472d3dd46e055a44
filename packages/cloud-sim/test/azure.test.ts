import { ComputeManagementClient } from "@azure/arm-compute";
import { ClientSecretCredential } from "@azure/identity";
import { describe, expect, it } from "vitest";
import { type AzureStandIn, startAzure } from "../src/index.ts";
import {
  call,
  HOME,
  idOf,
  LOCATION,
  MACHINE,
  machine,
  openManager,
  signIn,
  startMachine,
} from "./azure-client.ts";

const COMPUTE = `${HOME}/providers/Microsoft.Compute`;
const VERSIONS = `${COMPUTE}/galleries/packerkit_gallery/images/web/versions`;

/** The official client, signed in as the cloud's service principal. */
function officialClient(cloud: AzureStandIn): ComputeManagementClient {
  const tlsOptions = { ca: cloud.certificate };
  const credential = new ClientSecretCredential(
    cloud.tenantId,
    cloud.clientId,
    cloud.clientSecret,
    { authorityHost: cloud.url, disableInstanceDiscovery: true, tlsOptions },
  );
  return new ComputeManagementClient(credential, cloud.subscriptionId, {
    endpoint: cloud.url,
    credentials: { scopes: [`${cloud.url}/.default`] },
    tlsOptions,
  });
}

describe("signing in", () => {
  it("finds everything through the environment's metadata", async () => {
    await using cloud = await startAzure();
    const now = await call(cloud, "GET /metadata/endpoints?api-version=2022-09-01");
    expect(now.body).toMatchObject({
      name: cloud.environment,
      resourceManager: `${cloud.url}/`,
      authentication: { loginEndpoint: cloud.url, identityProvider: "AAD" },
    });
    const before = await call(cloud, "GET /metadata/endpoints?api-version=2020-06-01");
    expect(before.body).toEqual([now.body]);
  });

  it.each([
    [{ client_secret: "wrong" }, 401, "invalid_client", 7000215],
    [{ client_id: "nobody" }, 400, "unauthorized_client", 700016],
    [{ grant_type: "password" }, 400, "invalid_request", 70003],
  ])("with %o is refused as Microsoft Entra ID refuses it", async (more, status, error, code) => {
    await using cloud = await startAzure();
    const answer = await signIn(cloud, more);
    expect(answer).toMatchObject({
      status,
      body: {
        error,
        error_codes: [code],
        error_description: expect.stringMatching(`^AADSTS${code}: `),
      },
    });
  });

  it("with no, a wrong, and an expired token is refused as Resource Manager refuses it", async () => {
    await using cloud = await startAzure();
    const path = `GET /subscriptions/${cloud.subscriptionId}/resourceGroups`;
    const { access_token: token } = (await signIn(cloud)).body;
    expect((await call(cloud, path, { token })).status).toBe(200);
    cloud.expireTokens();
    for (const [sent, code] of [
      [undefined, "AuthenticationFailed"],
      ["wrong", "InvalidAuthenticationToken"],
      [token, "ExpiredAuthenticationToken"],
    ] as const) {
      const answer = await call(cloud, path, { token: sent });
      expect(answer).toMatchObject({ status: 401, body: { error: { code } } });
      expect(answer.headers["www-authenticate"]).toContain(`authorization_uri="${cloud.url}/`);
    }
  });
});

describe("the official client", () => {
  it("makes an image and a version of a gallery of a machine, and removes them", async () => {
    await using cloud = await startAzure({ operationMs: 1 });
    await startMachine(cloud, await openManager(cloud));
    const { virtualMachines, images, galleryImageVersions } = officialClient(cloud);
    const seen = await virtualMachines.get("build", "VM-1", { expand: "instanceView" });
    expect(seen.instanceView?.statuses?.map(({ code }) => code)).toEqual([
      "ProvisioningState/succeeded",
      "PowerState/running",
    ]);
    await virtualMachines.deallocate("build", "vm-1");
    await virtualMachines.generalize("build", "vm-1");
    const image = await images.createOrUpdate("packerkit-images", "web-1", {
      location: LOCATION,
      sourceVirtualMachine: { id: seen.id as string },
    });
    expect(image).toMatchObject({
      id: idOf(cloud, `${COMPUTE}/images/web-1`),
      provisioningState: "Succeeded",
      storageProfile: { osDisk: { osType: "Linux", osState: "Generalized", diskSizeGB: 30 } },
    });
    const names = ["packerkit-images", "packerkit_gallery", "web", "1.0.0"] as const;
    await galleryImageVersions.createOrUpdate(...names, {
      location: LOCATION,
      storageProfile: { source: { id: image.id as string } },
      publishingProfile: { targetRegions: [{ name: "West Europe" }, { name: "eastus" }] },
    });
    const version = await galleryImageVersions.get(...names, { expand: "ReplicationStatus" });
    expect(version.replicationStatus).toMatchObject({
      aggregatedState: "Completed",
      summary: [{ region: "West Europe" }, { region: "eastus", progress: 100 }],
    });
    await galleryImageVersions.delete(...names);
    await images.delete("packerkit-images", "web-1");
    const { done } = await openManager(cloud);
    await done("DELETE /resourceGroups/BUILD");
    expect(cloud.snapshot()).toEqual({ groups: [], resources: [], blobs: [] });
  });

  it("sees an operation that ends in an error, and a request that is refused", async () => {
    await using cloud = await startAzure({ operationMs: 1 });
    await startMachine(cloud, await openManager(cloud));
    const { virtualMachines, images } = officialClient(cloud);
    cloud.failOperation("VirtualMachines_Deallocate", {
      code: "AllocationFailed",
      message: "no room",
    });
    await expect(virtualMachines.deallocate("build", "vm-1")).rejects.toThrow(
      "AllocationFailed. no room",
    );
    await expect(images.get("packerkit-images", "none")).rejects.toMatchObject({
      statusCode: 404,
      code: "ResourceNotFound",
    });
    cloud.faults.inject({ kind: "error", status: 429, code: "TooManyRequests", times: 1 });
    await expect(images.get("packerkit-images", "golden-1")).resolves.toMatchObject({
      name: "golden-1",
    });
  });
});

describe("Resource Manager", () => {
  it.each([
    ["goes on", 3_600_000, "InProgress", 202],
    ["has ended", 0, "Succeeded", 204],
  ])("tells in both ways that an asynchronous operation %s", async (_, operationMs, said, code) => {
    await using cloud = await startAzure({ operationMs, retryAfterSeconds: 1 });
    const { ask } = await openManager(cloud);
    await ask("PUT /resourceGroups/build", { location: LOCATION });
    const begun = await ask("DELETE /resourceGroups/build");
    expect(begun).toMatchObject({ status: 202, headers: { "retry-after": "1" } });
    expect(begun.headers["x-ms-request-id"]).toMatch(/^[-0-9a-f]{36}$/);
    const status = await ask(`GET ${begun.headers["azure-asyncoperation"]}`);
    expect(status).toMatchObject({ status: 200, body: { status: said } });
    expect((await ask(`GET ${begun.headers["location"]}`)).status).toBe(code);
    expect(cloud.snapshot().groups).toEqual(said === "Succeeded" ? [] : ["build"]);
  });

  it("keeps what could not be made, as failed", async () => {
    await using cloud = await startAzure({ operationMs: 0 });
    const { done } = await openManager(cloud);
    cloud.failOperation("Disks_CreateOrUpdate", { code: "Busy", message: "later" });
    const ended = await done(`PUT ${COMPUTE}/disks/d`, {
      location: LOCATION,
      properties: { creationData: { createOption: "Empty" }, diskSizeGB: 4 },
    });
    expect(ended.body).toMatchObject({ status: "Failed", error: { code: "Busy" } });
    expect(cloud.snapshot().resources).toMatchObject([{ name: "d", state: "Failed" }]);
  });

  it("hides passwords, gives machines an address, and knows who may sign in to them", async () => {
    await using cloud = await startAzure({ operationMs: 0 });
    const manager = await openManager(cloud);
    await startMachine(cloud, manager);
    const shown = await manager.ask(`GET ${MACHINE}`);
    expect(JSON.stringify(shown.body)).not.toContain("a-password-that-must-not-show");
    const address = "/resourceGroups/build/providers/Microsoft.Network/publicIPAddresses/ip";
    expect((await manager.ask(`GET ${address}`)).body.properties.ipAddress).toBe("127.0.0.1");
    expect(cloud.publicKeys()).toEqual(["ssh-ed25519 AAAA packer"]);
    await manager.done(`POST ${MACHINE}/deallocate`);
    expect((await manager.ask(`GET ${address}`)).body.properties.ipAddress).toBeUndefined();
    expect(cloud.publicKeys()).toEqual([]);
  });

  it("runs a script in a machine", async () => {
    await using cloud = await startAzure({ operationMs: 0 });
    const manager = await openManager(cloud);
    await startMachine(cloud, manager);
    const ended = await manager.done(`POST ${MACHINE}/runCommand`, {
      commandId: "RunShellScript",
      script: ["grep ^ID= /etc/os-release"],
    });
    expect(ended.body.properties.output.value[0].message).toContain("[stdout]\nID=ubuntu\n");
  });

  it.each([
    ["a size that is none", { hardwareProfile: { vmSize: "Huge" } }, 400, "InvalidParameter"],
    [
      "an image that is none",
      { storageProfile: { imageReference: { publisher: "x", offer: "y", sku: "z" } } },
      404,
      "PlatformImageNotFound",
    ],
    [
      "an interface that is none",
      { networkProfile: { networkInterfaces: [{ id: "/x" }] } },
      404,
      "NotFound",
    ],
  ])("refuses a machine with %s", async (_, more, status, code) => {
    await using cloud = await startAzure({ operationMs: 0 });
    const manager = await openManager(cloud);
    await startMachine(cloud, manager);
    await manager.done(`DELETE ${MACHINE}`);
    const answer = await manager.ask(`PUT ${MACHINE}-2`, machine(cloud, more));
    expect(answer).toMatchObject({ status, body: { error: { code } } });
  });

  it("refuses to remove what is in use", async () => {
    await using cloud = await startAzure({ operationMs: 0 });
    const { ask, done } = await openManager(cloud);
    await startMachine(cloud, { ask, done, token: "" });
    const build = "/resourceGroups/build/providers";
    for (const [path, status, code] of [
      [`${build}/Microsoft.Compute/disks/os-1`, 409, "OperationNotAllowed"],
      [`${build}/Microsoft.Network/networkInterfaces/nic`, 400, "NicInUse"],
      [`${build}/Microsoft.Network/publicIPAddresses/ip`, 400, "PublicIPAddressCannotBeDeleted"],
      [`${build}/Microsoft.Network/virtualNetworks/net`, 400, "InUseSubnetCannotBeDeleted"],
      [`${COMPUTE}/galleries/packerkit_gallery`, 409, "CannotDeleteResource"],
    ] as const) {
      expect(await ask(`DELETE ${path}`)).toMatchObject({ status, body: { error: { code } } });
    }
    await done(`DELETE ${MACHINE}`);
    for (const path of [
      "Microsoft.Compute/disks/os-1",
      "Microsoft.Network/networkInterfaces/nic",
    ]) {
      expect((await done(`DELETE ${build}/${path}`)).body.status).toBe("Succeeded");
    }
  });

  it("lets what is marked so go with a machine", async () => {
    await using cloud = await startAzure({ operationMs: 0 });
    const manager = await openManager(cloud);
    const nic = "/resourceGroups/build/providers/Microsoft.Network/networkInterfaces/nic";
    await startMachine(cloud, manager, {
      storageProfile: {
        imageReference: { id: idOf(cloud, `${COMPUTE}/galleries/packerkit_gallery/images/base`) },
        osDisk: { name: "os-1", createOption: "FromImage", deleteOption: "Delete" },
        dataDisks: [{ lun: 0, createOption: "Empty", diskSizeGB: 8 }],
      },
      networkProfile: {
        networkInterfaces: [{ id: idOf(cloud, nic), properties: { deleteOption: "Delete" } }],
      },
    });
    await manager.done(`DELETE ${MACHINE}`);
    expect(cloud.snapshot().resources.map(({ name }) => name)).toEqual([
      "vm-1_DataDisk_0",
      "ip",
      "net",
      "default",
    ]);
  });

  it("refuses an image of a machine that is not generalized", async () => {
    await using cloud = await startAzure({ operationMs: 0 });
    const { ask, done } = await openManager(cloud);
    await startMachine(cloud, { ask, done, token: "" });
    expect(await ask(`POST ${MACHINE}/generalize`)).toMatchObject({ status: 409 });
    const sourceVirtualMachine = { id: idOf(cloud, MACHINE) };
    const body = { location: LOCATION, properties: { sourceVirtualMachine } };
    expect(await ask(`PUT ${COMPUTE}/images/i`, body)).toMatchObject({
      status: 409,
      body: { error: { code: "OperationNotAllowed" } },
    });
  });

  it.each([
    ["a version that is none", "1.0", {}, 400, "InvalidParameter"],
    [
      "an unknown region",
      "1.0.0",
      { targetRegions: [{ name: "atlantis" }] },
      400,
      "InvalidParameter",
    ],
    ["no home region", "1.0.0", { targetRegions: [{ name: "eastus" }] }, 400, "InvalidParameter"],
  ])("refuses a version of a gallery with %s", async (_, version, profile, status, code) => {
    await using cloud = await startAzure({ operationMs: 0 });
    const { ask } = await openManager(cloud);
    const source = { id: idOf(cloud, `${COMPUTE}/images/golden-1`) };
    const properties = { storageProfile: { source }, publishingProfile: profile };
    const answer = await ask(`PUT ${VERSIONS}/${version}`, { location: LOCATION, properties });
    expect(answer).toMatchObject({ status, body: { error: { code } } });
    expect(cloud.snapshot().resources).toEqual([]);
  });

  it("refuses a version that is there already, made of something else", async () => {
    await using cloud = await startAzure({ operationMs: 0 });
    const { ask } = await openManager(cloud);
    const source = {
      id: idOf(cloud, `${COMPUTE}/galleries/packerkit_gallery/images/base/versions/1.0.0`),
    };
    const path = `${COMPUTE}/galleries/packerkit_gallery/images/base/versions/1.0.0`;
    const properties = { storageProfile: { source } };
    const answer = await ask(`PUT ${path}`, { location: LOCATION, properties });
    expect(answer).toMatchObject({
      status: 409,
      body: { error: { code: "PropertyChangeNotAllowed" } },
    });
  });

  it("refuses more than the quota allows, another subscription and an unknown group", async () => {
    await using cloud = await startAzure({ limits: { "Microsoft.Compute/disks": 0 } });
    const { ask, token } = await openManager(cloud);
    const disk = { creationData: { createOption: "Empty" }, diskSizeGB: 4 };
    const body = { location: LOCATION, properties: disk };
    expect(await ask(`PUT ${COMPUTE}/disks/d`, body)).toMatchObject({
      status: 409,
      body: { error: { code: "OperationNotAllowed", message: expect.stringContaining("quota") } },
    });
    const other = await call(cloud, "GET /subscriptions/other/resourceGroups", { token });
    expect(other.body.error.code).toBe("SubscriptionNotFound");
    const unknown = await ask("GET /resourceGroups/packerkit-images/secrets/of/the/trade");
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: "route_not_found" } } });
    expect(cloud.requests.at(-1)?.operation).toBe("Unknown");
    const missing = await ask("GET /resourceGroups/no/providers/Microsoft.Compute/images/i");
    expect(missing.body.error.code).toBe("ResourceGroupNotFound");
  });
});
