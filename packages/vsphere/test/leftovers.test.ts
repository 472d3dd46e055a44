import { describeVSphereLeftovers } from "./contract.ts";
import { openStandIn } from "./stand-in.ts";

describeVSphereLeftovers("the embedded stand-in", () => openStandIn(), ["error", "dropAfter"]);
