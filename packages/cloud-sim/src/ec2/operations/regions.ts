import type { Operations } from "./operation.ts";

/** Regions and zones, and who calls. */
export const regionOperations: Operations = {
  DescribeRegions({ cloud, input }) {
    const wanted = input.list("RegionName");
    const regions = cloud
      .regions()
      .filter(({ name }) => wanted.length === 0 || wanted.includes(name));
    return {
      regionInfo: regions.map(({ name }) => ({
        regionName: name,
        regionEndpoint: `ec2.${name}.amazonaws.com`,
        optInStatus: "opt-in-not-required",
      })),
    };
  },

  DescribeAvailabilityZones({ region }) {
    return {
      availabilityZoneInfo: [...region.subnets.values()].map(({ availabilityZone }) => ({
        zoneName: availabilityZone,
        zoneState: "available",
        regionName: region.name,
      })),
    };
  },
};

/** The Security Token Service, as far as it lends keys and tells whose they are. */
export const stsOperations: Operations = {
  GetCallerIdentity({ cloud, credentials }) {
    return { Arn: credentials.arn, UserId: credentials.accessKeyId, Account: cloud.accountId };
  },

  AssumeRole({ cloud, input }) {
    const credentials = cloud.assumeRole(
      input.required("RoleArn"),
      input.required("RoleSessionName"),
    );
    const seconds = input.number("DurationSeconds") ?? 3600;
    return {
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: new Date(Date.now() + seconds * 1000).toISOString(),
      },
      AssumedRoleUser: { Arn: credentials.arn, AssumedRoleId: credentials.accessKeyId },
    };
  },
};
