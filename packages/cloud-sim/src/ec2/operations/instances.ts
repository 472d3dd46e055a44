import { ApiError } from "../../frame/errors.ts";
import { applyFilters } from "../filters.ts";
import { findInstance } from "../lookups.ts";
import type { Ec2Instance } from "../model.ts";
import type { Parameters } from "../parameters.ts";
import { type Ec2Region, select, stateOf } from "../region.ts";
import { runInstance } from "../run-instance.ts";
import { showReservation, showState } from "../views/instance.ts";
import { DONE, type Operations } from "./operation.ts";

/** Instances: made, shown, stopped, terminated. */
export const instanceOperations: Operations = {
  RunInstances(call) {
    const { cloud, region, input } = call;
    const token = input.text("ClientToken");
    const known = [...region.instances.values()].find(
      ({ clientToken }) => token !== undefined && clientToken === token,
    );
    return showReservation(cloud.accountId, known ?? runInstance(call));
  },

  DescribeInstances({ cloud, region, input }) {
    const instances = selectInstances(region, input);
    const found = applyFilters(instances, input, {
      "instance-id": ({ id }) => id,
      "client-token": ({ clientToken }) => clientToken,
      "instance-state-name": stateOf,
      "image-id": ({ imageId }) => imageId,
      "vpc-id": ({ vpcId }) => vpcId,
    });
    return {
      reservationSet: found.map((instance) => showReservation(cloud.accountId, instance)),
    };
  },

  DescribeInstanceStatus({ region, input }) {
    return {
      instanceStatusSet: selectInstances(region, input).map((instance) => ({
        instanceId: instance.id,
        instanceState: showState(stateOf(instance)),
        instanceStatus: { status: "ok" },
        systemStatus: { status: "ok" },
      })),
    };
  },

  DescribeInstanceTypeOfferings({ region, input }) {
    const wanted = new Map(
      input.structures("Filter").map((filter) => [filter.required("Name"), filter.list("Value")]),
    );
    const zones = [...region.subnets.values()]
      .map(({ availabilityZone }) => availabilityZone)
      .filter((zone) => wanted.get("location")?.includes(zone) ?? true);
    const types = wanted.get("instance-type") ?? ["t3.micro"];
    return {
      instanceTypeOfferingSet: zones.flatMap((location) =>
        types.map((instanceType) => ({
          instanceType,
          locationType: "availability-zone",
          location,
        })),
      ),
    };
  },

  StopInstances({ region, input }) {
    return {
      instancesSet: requiredInstances(region, input).map((instance) =>
        change(instance, () => {
          const state = stateOf(instance);
          if (state === "terminated" || state === "shutting-down") throw wrongState(instance);
          if (state !== "running" && state !== "pending") return;
          instance.transition = move(region, "stopping", "stopped");
        }),
      ),
    };
  },

  TerminateInstances({ region, input }) {
    return {
      instancesSet: requiredInstances(region, input).map((instance) =>
        change(instance, () => {
          if (["terminated", "shutting-down"].includes(stateOf(instance))) return;
          instance.transition = move(region, "shutting-down", "terminated");
        }),
      ),
    };
  },

  ModifyInstanceAttribute({ region, input }) {
    const instance = findInstance(region, input.required("InstanceId"));
    if (stateOf(instance) !== "stopped") throw wrongState(instance);
    return DONE;
  },
};

function selectInstances(region: Ec2Region, input: Parameters): Ec2Instance[] {
  return select(
    region.instances,
    input.list("InstanceId"),
    "InvalidInstanceID.NotFound",
    "instance ID",
  );
}

function requiredInstances(region: Ec2Region, input: Parameters): Ec2Instance[] {
  input.required("InstanceId.1");
  return selectInstances(region, input);
}

function move(region: Ec2Region, from: string, to: string): Ec2Instance["transition"] {
  return { from, to, at: performance.now() + region.timing.instanceMs };
}

function change(instance: Ec2Instance, work: () => void) {
  const before = stateOf(instance);
  work();
  return {
    instanceId: instance.id,
    currentState: showState(stateOf(instance)),
    previousState: showState(before),
  };
}

function wrongState(instance: Ec2Instance): ApiError {
  return new ApiError(
    400,
    "IncorrectInstanceState",
    `The instance '${instance.id}' is not in a state from which this can be done: it is ${stateOf(instance)}`,
  );
}
