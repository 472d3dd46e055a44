import type { Ec2StandIn } from "@packerkit/cloud-sim";
import { startSshServer } from "@packerkit/ssh-communicator/test/ssh-server";
import { describe, expect, it } from "vitest";
import { build, HOME, leftovers, SOURCE, startCloud } from "./cloud.ts";

/** Builds in a cloud of its own; answers the error, after checking that nothing is left. */
async function failureOf(
  more: object,
  prepare: (cloud: Ec2StandIn) => void = () => {},
): Promise<Error & { leftBehind?: string[]; cause?: unknown }> {
  await using cloud = await startCloud();
  prepare(cloud);
  const error = await build(cloud, more).then(
    () => new Error("the build succeeded"),
    (thrown: unknown) => thrown as Error,
  );
  expect(leftovers(cloud)).toEqual([]);
  expect(error.message).not.toContain(cloud.secretAccessKey);
  return error;
}

describe("a build", () => {
  it("that may not do something says which call, why, and the id of the request", async () => {
    const fault = {
      kind: "error",
      operation: "RunInstances",
      status: 403,
      code: "UnauthorizedOperation",
      message: "You are not authorized",
    } as const;
    const error = await failureOf({}, (cloud) => cloud.faults.inject(fault));
    expect(error.message).toMatch(
      /^"Start instance" failed: RunInstances in us-east-1 \(http:\/\/127\.0\.0\.1:\d+\) failed: You are not authorized \(UnauthorizedOperation, request [0-9a-f-]{36}\); allow the action/,
    );
    expect(error.cause).toMatchObject({ code: "REFUSED", awsCode: "UnauthorizedOperation" });
  });

  it("with keys that are wrong says so", async () => {
    const error = await failureOf({ secret_key: "wrong" });
    expect(error.cause).toMatchObject({ code: "REFUSED", awsCode: "AuthFailure" });
    expect(error.message).toContain("check access_key, secret_key and token");
  });

  it("in a region that the account does not have says so", async () => {
    const error = await failureOf({ region: "mars-north-1" });
    expect(error.message).toContain("in mars-north-1");
    expect(error.message).toContain("that the account has the region");
  });

  it("that copies to a region that does not exist says which do", async () => {
    const error = await failureOf({ ami_regions: ["us-west-2", "mars-north-1"] });
    expect(error.message).toContain(
      "the account has no region mars-north-1; it has ap-southeast-2, ",
    );
  });

  it("at an endpoint where nothing answers says so soon", async () => {
    const error = await failureOf({ custom_endpoint_ec2: "http://127.0.0.1:1" });
    expect(error.cause).toMatchObject({ code: "NO_ANSWER" });
    expect(error.message).toContain("check the network, region and custom_endpoint_ec2");
  });

  it.each([
    [
      "ami-00000000000000000",
      "there is no image ami-00000000000000000 in us-east-1: check source_ami",
    ],
    ["ami-0bbbbbbbbbbbb0001", "there is no image ami-0bbbbbbbbbbbb0001 in us-east-1"],
  ])("from an image that is not in the region says so: %s", async (source_ami, message) => {
    const error = await failureOf({ source_ami });
    expect(error.message).toContain(message);
    expect(error.cause).toMatchObject({ code: "SOURCE_NOT_FOUND" });
  });

  it("from a filter that nothing fits says what it asked for", async () => {
    const source_ami_filter = { filters: { name: "windows*" }, owners: ["amazon"] };
    const error = await failureOf({ source_ami: undefined, source_ami_filter });
    expect(error.message).toContain(
      "no image in us-east-1 fits name = windows*; owners amazon: check the source_ami or its filters",
    );
  });

  it("from a filter that several fit lists them", async () => {
    const source_ami_filter = { filters: { name: "al2023*" }, owners: ["amazon"] };
    const error = await failureOf({ source_ami: undefined, source_ami_filter });
    expect(error.message).toContain(`${SOURCE} (al2023-ami-2023.2-x86_64)`);
    expect(error.message).toContain("narrow the filters, or set most_recent");
    expect(error.cause).toMatchObject({ code: "SOURCE_AMBIGUOUS" });
  });

  it("from an image that is not on EBS says so", async () => {
    const image = {
      id: "ami-1",
      name: "old",
      region: HOME,
      rootDeviceType: "instance-store",
    } as const;
    await using cloud = await startCloud({ images: [image] });
    await expect(build(cloud, { source_ami: "ami-1" })).rejects.toThrow(
      "the source image ami-1 in us-east-1 has its root on instance-store",
    );
  });

  it.each([
    ["its own region", HOME, {}],
    ["a region that it copies to", "us-west-2", { ami_regions: ["us-west-2"] }],
  ])("whose name is taken in %s says so before anything is made", async (_, region, more) => {
    const image = { id: "ami-taken", name: "web-1", region, owner: "self" };
    const source = { id: SOURCE, name: "source", region: HOME };
    await using cloud = await startCloud({ images: [image, source] });
    await expect(build(cloud, more)).rejects.toThrow(
      `an image is named "web-1" already: ami-taken in ${region}; choose another ami_name, or replace it with force_deregister or -force`,
    );
    expect(cloud.operations()).not.toContain("RunInstances");
  });

  it("with two things that are not as they should be tells of the first", async () => {
    const image = { id: "ami-taken", name: "web-1", region: HOME, owner: "self" };
    await using cloud = await startCloud({ images: [image] });
    await expect(build(cloud, { source_ami: "ami-00000000000000000" })).rejects.toThrow(
      'an image is named "web-1" already',
    );
  });

  it.each([
    [{ subnet_id: "subnet-none" }, "subnet-none"],
    [
      { subnet_filter: { filters: { "default-for-az": "true" } } },
      "2 subnets in us-east-1 fit subnet_filter",
    ],
    [{ vpc_filter: { filters: { cidr: "10.*" } } }, "0 networks in us-east-1 fit vpc_filter"],
    [
      { security_group_filter: { filters: { "group-name": "none" } } },
      "no security group in us-east-1 fits",
    ],
    [{ security_group_ids: ["sg-none"] }, "The security group 'sg-none' does not exist"],
    [{ vpc_id: "vpc-other" }, "vpc-other is not the default network of us-east-1; name a subnet"],
  ])("in a network that is not there says so: %j", async (more, message) => {
    expect((await failureOf(more)).message).toContain(message);
  });

  it("whose instance does not start says why", async () => {
    const error = await failureOf({}, (cloud) =>
      cloud.planFailure(HOME, "instance", "Server.InsufficientCapacity"),
    );
    expect(error.message).toMatch(
      /the instance i-\w+ in us-east-1 is terminated \(Server.InsufficientCapacity\), and cannot be running any more/,
    );
  });

  it("whose image cannot be made says why", async () => {
    const error = await failureOf({}, (cloud) => cloud.planFailure(HOME, "image", "disk on fire"));
    expect(error.message).toMatch(/the image ami-\w+ in us-east-1 is failed: disk on fire/);
    expect(error.cause).toMatchObject({ code: "IMAGE_FAILED" });
  });

  it("whose copy to one region fails names the finished ones, and removes them", async () => {
    const error = await failureOf({ ami_regions: ["us-west-2", "eu-west-1"] }, (cloud) =>
      cloud.planFailure("eu-west-1", "copy", "no capacity"),
    );
    expect(error.message).toMatch(
      /the image could not be copied to eu-west-1 \(finished were ami-\w+ in us-west-2\): the image ami-\w+ in eu-west-1 is failed: no capacity/,
    );
    expect(error.cause).toMatchObject({ code: "COPY_FAILED" });
  });

  it("whose copy fails with -on-error=abort leaves everything, and lists it", async () => {
    await using cloud = await startCloud();
    cloud.planFailure("eu-west-1", "copy", "no capacity");
    const error = await build(
      cloud,
      { ami_regions: ["us-west-2", "eu-west-1"] },
      { packer: { onError: "abort" } },
    ).catch((thrown: unknown) => thrown as { leftBehind: string[] });
    const { images, instances } = cloud.snapshot();
    const made = images.filter(({ isSeed }) => !isSeed);
    expect(made).toHaveLength(3);
    expect((error as { leftBehind: string[] }).leftBehind).toEqual(
      expect.arrayContaining([
        ...made.map(({ id, region }) => `image ${id} in ${region}`),
        ...instances.map(({ id }) => `instance ${id}`),
      ]),
    );
  });

  it("that cannot remove something lists it", async () => {
    await using cloud = await startCloud();
    cloud.faults.inject({
      kind: "error",
      status: 403,
      code: "UnauthorizedOperation",
      operation: "CreateImage",
    });
    cloud.faults.inject({
      kind: "error",
      status: 403,
      code: "UnauthorizedOperation",
      operation: "TerminateInstances",
      times: Number.POSITIVE_INFINITY,
    });
    const error = await build(cloud).catch((thrown: unknown) => thrown);
    const [instance] = cloud.snapshot().instances;
    expect(error).toMatchObject({ leftBehind: [`instance ${instance?.id}`] });
  });

  it("that waits too long says for what", async () => {
    await using cloud = await startCloud({ timing: { imageMs: 60_000, instanceMs: 1 } });
    await expect(build(cloud, {}, {}, { imageLimit: 50 })).rejects.toThrow(
      /waited 0 s for the image ami-\w+ in us-east-1 to be available; allow more with aws_polling/,
    );
    expect(cloud.snapshot().instances).toEqual([]);
  });

  it("with no communicator tells provisioners so", async () => {
    await using cloud = await startCloud();
    const provisioners = [
      async ({
        communicator,
      }: {
        communicator: { start(c: { command: string }): Promise<number> };
      }) => {
        await communicator.start({ command: "true" });
      },
    ];
    await expect(build(cloud, {}, { provisioners })).rejects.toThrow(
      'communicator = "none" means that the instance is not reached',
    );
    expect(leftovers(cloud)).toEqual([]);
  });

  it("whose instance dies while it is provisioned says so", async () => {
    await using cloud = await startCloud();
    const provisioners = [
      async () => {
        cloud.kill(cloud.snapshot().instances[0]?.id ?? "");
        throw new Error("the connection was lost");
      },
    ];
    await expect(build(cloud, {}, { provisioners })).rejects.toThrow(
      /"Provision" failed: the instance i-\w+ in us-east-1 is terminated \(Server.InternalError: the hardware failed\), while it was needed: the connection was lost/,
    );
    expect(leftovers(cloud)).toEqual([]);
  });

  it("that SSH does not let in says so, and leaves nothing", async () => {
    await using server = await startSshServer();
    const error = await failureOf({
      communicator: "ssh",
      ssh_username: "ubuntu",
      ssh_port: server.port,
      ssh_handshake_attempts: 1,
      temporary_key_pair_type: "ed25519",
    });
    expect(error.message).toContain(`ubuntu@127.0.0.1:${server.port} refused the login 1 times`);
  });

  it("that SSH does not answer says so in time, and leaves nothing", async () => {
    const error = await failureOf({
      communicator: "ssh",
      ssh_username: "ubuntu",
      ssh_port: 1,
      ssh_timeout: "100ms",
      temporary_key_pair_type: "ed25519",
    });
    expect(error.message).toContain("no SSH connection to ubuntu@127.0.0.1:1 within 100ms");
  });
});
