import { ApiError } from "../../frame/errors.ts";
import type { Ec2Cloud } from "../cloud.ts";
import type { Parameters } from "../parameters.ts";
import type { Ec2Region } from "../region.ts";
import type { AwsCredentials } from "../signature.ts";
import type { XmlElements } from "../xml.ts";

/** One call of the API. */
export interface Ec2Call {
  cloud: Ec2Cloud;
  region: Ec2Region;
  input: Parameters;
  credentials: AwsCredentials;
}

/** Does what a call asks for, and answers the elements of the response. Refuses with {@link ApiError}. */
export type Operation = (call: Ec2Call) => XmlElements | Promise<XmlElements>;

/** Operations by the name of the API's action. */
export type Operations = Readonly<Record<string, Operation>>;

/** What an operation answers that has nothing to say. */
export const DONE: XmlElements = { return: true };

/** @throws {ApiError} `InvalidParameterValue` */
export function refuseValue(message: string): never {
  throw new ApiError(400, "InvalidParameterValue", message);
}
