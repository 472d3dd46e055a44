import { describe, expect, it } from "vitest";
import { type AzureStandIn, startAzure } from "../src/index.ts";
import { call, HOME, LOCATION, openManager, UBUNTU } from "./azure-client.ts";

const DEPLOYMENT = "/resourceGroups/build/providers/Microsoft.Resources/deployments/pkrdp1";
const MACHINE = "/resourceGroups/build/providers/Microsoft.Compute/virtualMachines/vm-1";

const resource = (type: string, name: string, properties: object, dependsOn: string[] = []) => ({
  apiVersion: "[variables('apiVersion')]",
  type,
  name,
  location: "[resourceGroup().location]",
  dependsOn,
  properties,
});

/** A template such as builders of machine images deploy: a network and a machine whose disk is a blob. */
function template(vmSize = "Standard_B1s"): object {
  return {
    parameters: {
      vmName: { type: "string" },
      password: { type: "securestring" },
      blobs: { type: "string" },
      script: { type: "string", defaultValue: "" },
    },
    variables: {
      apiVersion: "2021-11-01",
      netId: "[resourceId('Microsoft.Network/virtualNetworks', 'net')]",
    },
    resources: [
      resource(
        "Microsoft.Compute/virtualMachines",
        "[parameters('vmName')]",
        {
          hardwareProfile: { vmSize },
          osProfile: { adminUsername: "packer", adminPassword: "[parameters('password')]" },
          storageProfile: {
            imageReference: UBUNTU,
            osDisk: {
              name: "os-1",
              createOption: "FromImage",
              vhd: { uri: "[concat(parameters('blobs'), 'images/', 'os-1', '.vhd')]" },
            },
          },
          networkProfile: {
            networkInterfaces: [
              { id: "[resourceId('Microsoft.Network/networkInterfaces', 'nic')]" },
            ],
          },
        },
        ["[concat('Microsoft.Network/networkInterfaces/', 'nic')]"],
      ),
      resource(
        "Microsoft.Network/networkInterfaces",
        "nic",
        {
          ipConfigurations: [
            {
              name: "ipconfig",
              properties: { subnet: { id: "[concat(variables('netId'), '/subnets/default')]" } },
            },
          ],
        },
        ["[concat('Microsoft.Network/virtualNetworks/', 'net')]"],
      ),
      resource("Microsoft.Network/virtualNetworks", "net", {
        subnets: [{ name: "default", properties: { addressPrefix: "10.0.0.0/24" } }],
      }),
      {
        ...resource("Microsoft.Compute/virtualMachines/extensions", "vm-1/script", {}),
        condition: "[not(empty(parameters('script')))]",
      },
    ],
  };
}

async function deploy(cloud: AzureStandIn, changes: { template?: object } = {}) {
  const manager = await openManager(cloud);
  await manager.ask("PUT /resourceGroups/build", { location: LOCATION });
  const parameters = {
    vmName: { value: "vm-1" },
    password: { value: "a-password" },
    blobs: { value: `${cloud.url}/packerkitstore/` },
  };
  const properties = { mode: "Incremental", template: template(), parameters, ...changes };
  return { ...manager, body: { properties } };
}

describe("a deployment", () => {
  it("makes the resources of its template in order, and tells which", async () => {
    await using cloud = await startAzure({ operationMs: 0 });
    const { ask, done, body } = await deploy(cloud);
    expect((await ask(`POST ${DEPLOYMENT}/validate`, body)).status).toBe(200);
    expect(cloud.snapshot().resources).toEqual([]);
    expect((await done(`PUT ${DEPLOYMENT}`, body)).body.status).toBe("Succeeded");
    const { value } = (await ask(`GET ${DEPLOYMENT}/operations`)).body;
    const made = value.map(
      (one: { properties: { targetResource: { resourceName: string } } }) =>
        one.properties.targetResource.resourceName,
    );
    expect(made).toEqual(["net", "nic", "vm-1"]);
    const old = `${DEPLOYMENT.replace("/providers/Microsoft.Resources", "")}/operations`;
    expect((await ask(`GET ${old}`)).body.value).toEqual(value);
    expect(cloud.snapshot().blobs).toEqual(["packerkitstore/images/os-1.vhd"]);
  });

  it("ends in an error that names what could not be made, and keeps the rest", async () => {
    await using cloud = await startAzure({ operationMs: 0 });
    const { ask, done, body } = await deploy(cloud, { template: template("Huge") });
    const ended = await done(`PUT ${DEPLOYMENT}`, body);
    expect(ended.body).toMatchObject({
      status: "Failed",
      error: { code: "DeploymentFailed", details: [{ code: "InvalidParameter" }] },
    });
    expect((await ask(`GET ${DEPLOYMENT}`)).body.properties.provisioningState).toBe("Failed");
    const names = cloud.snapshot().resources.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["net", "nic"]));
    expect(names).not.toContain("vm-1");
  });

  it.each([
    ["a parameter that is missing", { parameters: { vmName: { type: "string" } } }],
    ["a function that is unknown", { resources: [{ type: "[guess()]", name: "x" }] }],
    ["a type that is unknown", { parameters: {}, resources: [{ type: "A.B/c", name: "x" }] }],
  ])("of a template with %s is refused", async (_, more) => {
    await using cloud = await startAzure({ operationMs: 0 });
    const { ask, body } = await deploy(cloud, { template: { ...template(), ...more } });
    const answer = await ask(`PUT ${DEPLOYMENT}`, body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.code).toMatch(/^InvalidTemplate/);
  });
});

describe("a machine whose disk is a blob", () => {
  it("is captured next to it, with a template", async () => {
    await using cloud = await startAzure({ operationMs: 0 });
    const { ask, done, body } = await deploy(cloud);
    await done(`PUT ${DEPLOYMENT}`, body);
    const wish = { vhdPrefix: "pkr", destinationContainerName: "images", overwriteVhds: false };
    expect((await ask(`POST ${MACHINE}/capture`, wish)).status).toBe(409);
    await done(`POST ${MACHINE}/deallocate`);
    await ask(`POST ${MACHINE}/generalize`);
    const captured = await done(`POST ${MACHINE}/capture`, wish);
    const [made] = captured.body.properties.output.resources;
    const { uri } = made.properties.storageProfile.osDisk.image;
    expect(made.location).toBe(LOCATION);
    expect(uri).toMatch(
      `${cloud.url}/packerkitstore/system/Microsoft.Compute/Images/images/pkr-osDisk.`,
    );
    expect(cloud.snapshot().blobs).toHaveLength(3);
    const template = uri.replace("-osDisk.", "-vmTemplate.").replace(/vhd$/, "json");
    expect((await call(cloud, `HEAD ${template}?sig=x`)).status).toBe(200);
  });

  it("leaves the blob, which its account's key deletes", async () => {
    await using cloud = await startAzure({ operationMs: 0 });
    const { ask, done, body } = await deploy(cloud);
    await done(`PUT ${DEPLOYMENT}`, body);
    await done("DELETE /resourceGroups/build");
    const account = `${HOME}/providers/Microsoft.Storage/storageAccounts/packerkitstore`;
    const shown = (await ask(`GET ${account}`)).body.properties.primaryEndpoints;
    expect(shown).toEqual({ blob: `${cloud.url}/packerkitstore/` });
    expect((await ask(`POST ${account}/listKeys`)).body.keys).toHaveLength(2);
    const blob = "/packerkitstore/images/os-1.vhd";
    const refused = await call(cloud, `DELETE ${blob}`);
    expect(refused).toMatchObject({
      status: 403,
      headers: { "x-ms-error-code": "AuthenticationFailed" },
    });
    const headers = { authorization: "SharedKey packerkitstore:signature" };
    expect((await call(cloud, `DELETE ${blob}`, { headers })).status).toBe(202);
    const gone = await call(cloud, `DELETE ${blob}`, { headers });
    expect(gone.body).toContain("<Code>BlobNotFound</Code>");
    expect(cloud.snapshot().blobs).toEqual([]);
  });
});
