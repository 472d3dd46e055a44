import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Ec2StandIn, startEc2 } from "../src/index.ts";
import { callEc2, type Ec2Answer, type Ec2CallOptions } from "./ec2-client.ts";

const SOURCE = "ami-0bbbbbbbbbbbb0000";

let cloud: Ec2StandIn;

beforeEach(async () => {
  cloud = await startEc2({ timing: 0 });
});

afterEach(async () => await cloud.close());

async function call(
  action: string,
  parameters: Readonly<Record<string, string | number | boolean>> = {},
  options: Ec2CallOptions = {},
): Promise<Ec2Answer> {
  return await callEc2(cloud, action, parameters, options);
}

async function runInstance(more: object = {}): Promise<string> {
  const answer = await call("RunInstances", { ImageId: SOURCE, MinCount: 1, MaxCount: 1, ...more });
  return answer.one("instanceId");
}

async function createImage(name = "web-1"): Promise<string> {
  const answer = await call("CreateImage", { InstanceId: await runInstance(), Name: name });
  return answer.one("imageId");
}

describe("the protocol", () => {
  it("answers XML in EC2's namespace, with the id of the request", async () => {
    const { status, xml, one } = await call("DescribeRegions");
    expect(status).toBe(200);
    expect(xml).toContain(
      '<DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">',
    );
    expect(one("requestId")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("answers errors with code, message and the id of the request", async () => {
    const { status, one } = await call("DescribeImages", { "ImageId.1": "ami-none" });
    expect(status).toBe(400);
    expect(one("Code")).toBe("InvalidAMIID.NotFound");
    expect(one("Message")).toContain("'ami-none'");
    expect(one("RequestID")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ["an action that there is none of", "ExplodeInstances", {}, "InvalidAction"],
    ["a parameter that is missing", "RunInstances", {}, "MissingParameter"],
    [
      "a filter that there is none of",
      "DescribeImages",
      { "Filter.1.Name": "mood", "Filter.1.Value.1": "good" },
      "InvalidParameterValue",
    ],
    [
      "a thing that there is none of",
      "DeleteSecurityGroup",
      { GroupId: "sg-1" },
      "InvalidGroup.NotFound",
    ],
  ])("refuses %s", async (_, action, parameters, code) => {
    expect((await call(action, parameters)).one("Code")).toBe(code);
  });

  it("escapes what XML cannot hold as it is", async () => {
    const id = await createImage();
    await call("CreateTags", {
      "ResourceId.1": id,
      "Tag.1.Key": "a<b",
      "Tag.1.Value": "c&d\u0001",
    });
    const { xml } = await call("DescribeImages", { "ImageId.1": id });
    expect(xml).toContain("<key>a&lt;b</key><value>c&amp;d?</value>");
  });

  it("logs the action of each request, and injects faults by it", async () => {
    cloud.faults.inject({
      kind: "error",
      operation: "DescribeVpcs",
      status: 503,
      code: "RequestLimitExceeded",
    });
    expect((await call("DescribeRegions")).status).toBe(200);
    const throttled = await call("DescribeVpcs");
    expect([throttled.status, throttled.one("Code")]).toEqual([503, "RequestLimitExceeded"]);
    cloud.faults.inject({ kind: "dropAfter", operation: "RunInstances" });
    await expect(runInstance()).rejects.toThrow();
    expect(cloud.snapshot().instances).toHaveLength(1);
    expect(cloud.requests.map(({ operation, status }) => [operation, status])).toEqual([
      ["DescribeRegions", 200],
      ["DescribeVpcs", 503],
      ["RunInstances", undefined],
    ]);
  });

  it("refuses a body that is too large", async () => {
    const body = "A=".padEnd(2 * 1024 * 1024, "a");
    const response = await fetch(cloud.url, { method: "POST", body });
    expect(response.status).toBe(413);
    expect(await response.text()).toContain("<Code>RequestEntityTooLarge</Code>");
    expect((await call("DescribeRegions")).status).toBe(200);
  });
});

describe("signatures", () => {
  it.each([
    ["an unknown key", { accessKeyId: "AKIANOBODY" }],
    ["a wrong secret", { secretAccessKey: "wrong" }],
    ["a token that is not the keys'", { sessionToken: "nonsense" }],
    ["a region that there is none of", { region: "mars-north-1" }],
  ])("with %s are refused", async (_, options) => {
    const { status, one } = await call("DescribeRegions", {}, options);
    expect([status, one("Code")]).toEqual([401, "AuthFailure"]);
  });

  it("must be there", async () => {
    const response = await fetch(cloud.url, { method: "POST", body: "Action=DescribeRegions" });
    expect(await response.text()).toContain("<Code>MissingAuthenticationToken</Code>");
  });

  it("tell the region", async () => {
    await call("CreateKeyPair", { KeyName: "a", KeyType: "ed25519" }, { region: "eu-west-1" });
    expect(cloud.snapshot().keyPairs).toEqual([{ region: "eu-west-1", name: "a" }]);
    expect((await call("DescribeKeyPairs")).all("keyName")).toEqual([]);
  });

  it("may be those of a role", async () => {
    const role = await call(
      "AssumeRole",
      { RoleArn: "arn:aws:iam::123456789012:role/build", RoleSessionName: "packer" },
      { service: "sts" },
    );
    const options = {
      accessKeyId: role.one("AccessKeyId"),
      secretAccessKey: role.one("SecretAccessKey"),
      sessionToken: role.one("SessionToken"),
    };
    const caller = await call("GetCallerIdentity", {}, { ...options, service: "sts" });
    expect(caller.one("Arn")).toBe("arn:aws:sts::123456789012:assumed-role/build/packer");
    const { sessionToken: _, ...withoutToken } = options;
    expect((await call("DescribeRegions", {}, withoutToken)).one("Code")).toBe("AuthFailure");
  });
});

describe("instances", () => {
  it("take their time from state to state", async () => {
    await cloud.close();
    cloud = await startEc2({ timing: { instanceMs: 40 } });
    const id = await runInstance();
    const state = async () =>
      (await call("DescribeInstances", { "InstanceId.1": id })).all("name")[0];
    expect(await state()).toBe("pending");
    await sleep(45);
    expect(await state()).toBe("running");
    await call("StopInstances", { "InstanceId.1": id });
    expect(await state()).toBe("stopping");
    await sleep(45);
    expect(await state()).toBe("stopped");
    await call("TerminateInstances", { "InstanceId.1": id });
    await sleep(45);
    expect(await state()).toBe("terminated");
    expect(cloud.snapshot().volumes).toEqual([]);
  });

  it("are started once for a token", async () => {
    const first = await runInstance({ ClientToken: "one" });
    expect(await runInstance({ ClientToken: "one" })).toBe(first);
    const filter = { "Filter.1.Name": "client-token", "Filter.1.Value.1": "one" };
    expect((await call("DescribeInstances", filter)).all("instanceId")[0]).toBe(first);
  });

  it("leave volumes that are to stay", async () => {
    const id = await runInstance({
      "BlockDeviceMapping.1.DeviceName": "/dev/xvdb",
      "BlockDeviceMapping.1.Ebs.VolumeSize": 2,
      "BlockDeviceMapping.1.Ebs.DeleteOnTermination": false,
    });
    expect(cloud.snapshot().volumes).toHaveLength(2);
    await call("TerminateInstances", { "InstanceId.1": id });
    expect(cloud.snapshot().volumes.map(({ state }) => state)).toEqual(["available"]);
  });

  it("hold on to their security group, and can be killed", async () => {
    const group = (
      await call("CreateSecurityGroup", { GroupName: "a", GroupDescription: "b" })
    ).one("groupId");
    const id = await runInstance({ "SecurityGroupId.1": group });
    const remove = async () => (await call("DeleteSecurityGroup", { GroupId: group })).one("Code");
    expect(await remove()).toBe("DependencyViolation");
    cloud.kill(id);
    expect(await remove()).toBe("");
    expect(cloud.snapshot().securityGroups).toEqual([]);
  });
});

describe("images", () => {
  it("have names of their own in a region", async () => {
    await createImage();
    const again = await call("CreateImage", { InstanceId: await runInstance(), Name: "web-1" });
    expect(again.one("Code")).toBe("InvalidAMIName.Duplicate");
  });

  it("are copied to other regions, once for a token, encrypted where that is asked for", async () => {
    const id = await createImage();
    const copy = {
      SourceImageId: id,
      SourceRegion: "us-east-1",
      Name: "web-1",
      ClientToken: "one",
      Encrypted: true,
      KmsKeyId: "alias/west",
    };
    const west = { region: "us-west-2" };
    const first = (await call("CopyImage", copy, west)).one("imageId");
    expect((await call("CopyImage", copy, west)).one("imageId")).toBe(first);
    expect(cloud.snapshot().images.find((image) => image.id === first)).toMatchObject({
      region: "us-west-2",
      encrypted: true,
      kmsKeyId: "alias/west",
    });
  });

  it("hold on to their snapshots until they are deregistered", async () => {
    const id = await createImage();
    const [snapshot = ""] =
      cloud.snapshot().images.find((image) => image.id === id)?.snapshotIds ?? [];
    const remove = async () => (await call("DeleteSnapshot", { SnapshotId: snapshot })).one("Code");
    expect(await remove()).toBe("InvalidSnapshot.InUse");
    await call("DeregisterImage", { ImageId: id });
    expect(await remove()).toBe("");
    expect(await remove()).toBe("InvalidSnapshot.NotFound");
  });

  it("fail when that is planned, once", async () => {
    cloud.planFailure("us-east-1", "image", "disk on fire");
    const failed = await call("DescribeImages", { "ImageId.1": await createImage() });
    expect([failed.one("imageState"), failed.one("message")]).toEqual(["failed", "disk on fire"]);
    const next = await call("DescribeImages", { "ImageId.1": await createImage("web-2") });
    expect(next.one("imageState")).toBe("available");
  });

  it("of others cannot be changed", async () => {
    expect((await call("DeregisterImage", { ImageId: SOURCE })).status).toBe(403);
  });

  it("are found by owner, by filters with wildcards, and by tags", async () => {
    const find = async (parameters: object) =>
      (await call("DescribeImages", parameters as Record<string, string>)).all("imageId");
    expect(await find({ "Owner.1": "self" })).toEqual([]);
    expect(
      await find({
        "Owner.1": "amazon",
        "Filter.1.Name": "name",
        "Filter.1.Value.1": "al2023*2023.?-*",
      }),
    ).toHaveLength(2);
    expect(await find({ "Filter.1.Name": "tag:Release", "Filter.1.Value.1": "2023.2" })).toEqual([
      SOURCE,
    ]);
  });
});

describe("a cloud that is eventually consistent", () => {
  it("does not know for a while what it made", async () => {
    await cloud.close();
    cloud = await startEc2({ timing: { invisibleMs: 60, instanceMs: 0 } });
    const id = await runInstance();
    const look = async () => (await call("DescribeInstances", { "InstanceId.1": id })).one("Code");
    expect(await look()).toBe("InvalidInstanceID.NotFound");
    await sleep(65);
    expect(await look()).toBe("");
  });
});

describe("key pairs", () => {
  it.each([
    ["rsa", /^-----BEGIN RSA PRIVATE KEY-----/, /^ssh-rsa /],
    ["ed25519", /^-----BEGIN OPENSSH PRIVATE KEY-----/, /^ssh-ed25519 /],
  ])("of type %s are made, and known by their name", async (type, privateKey, publicKey) => {
    const made = await call("CreateKeyPair", { KeyName: "a", KeyType: type });
    expect(made.one("keyMaterial")).toMatch(privateKey);
    expect(cloud.publicKeys("us-east-1")[0]).toMatch(publicKey);
    expect((await call("CreateKeyPair", { KeyName: "a", KeyType: type })).one("Code")).toBe(
      "InvalidKeyPair.Duplicate",
    );
    await call("DeleteKeyPair", { KeyName: "a" });
    await call("DeleteKeyPair", { KeyName: "a" });
    expect(cloud.publicKeys("us-east-1")).toEqual([]);
  });
});

it("a seed image of a region that there is none of is refused", async () => {
  const images = [{ id: "ami-1", name: "a", region: "mars-north-1" }];
  await expect(startEc2({ images })).rejects.toMatchObject({
    name: "CloudSimError",
    code: "BAD_OPTION",
  });
});
