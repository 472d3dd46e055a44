import { z } from "zod";
import { NAMES } from "./names.ts";

/** A text that may be left out. */
export const text = () => z.string().min(1).optional();

/** A switch that is off by default. */
export const flag = () => z.boolean().default(false);

/** A name of the given kind, which may be left out. */
export function name(kind: keyof typeof NAMES) {
  const [pattern, problem] = NAMES[kind];
  return z.string().regex(pattern, problem).optional();
}

/** A name of the given kind. */
export function requiredName(kind: keyof typeof NAMES) {
  const [pattern, problem] = NAMES[kind];
  return z.string().regex(pattern, problem);
}

/** A region, such as `eastus` or `East US`. */
export function region() {
  return z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9 ]*$/, "is no region; write for instance eastus or East US");
}
