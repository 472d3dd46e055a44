import type { PluginError } from "../errors.ts";
import { notExpressible } from "./not-expressible.ts";
import type { Definition } from "./unwrap.ts";

/** Why a template cannot hold a value of this schema, and what to use in its place. */
export function unsupported(definition: Definition, path: string): PluginError {
  const [problem, cure] = reason(definition);
  return notExpressible(path, problem, cure);
}

function reason(definition: Definition): readonly [problem: string, cure: string] {
  switch (definition.type) {
    case "union":
      return [
        "a setting has one form, and the members of this union have several",
        "use one of them, or one optional field for each",
      ];
    case "intersection":
      return ["an intersection has no form of its own", "use first.extend(second.shape)"];
    case "any":
    case "unknown":
      return ["every attribute has a type", "name one, such as z.string() or z.record(…)"];
    case "date":
      return ["there are no dates", "use z.iso.datetime(), or z.coerce.date() over a string"];
    case "bigint":
      return ["a number arrives as a number", "use z.int(), or z.coerce.bigint()"];
    case "map":
      return ["there are no Maps", "use z.record(z.string(), …)"];
    case "set":
      return ["there are no Sets", "use z.array(…)"];
    case "transform":
      return ["what it takes is not known", "put a schema in front: z.string().transform(…)"];
    case "custom":
      return ["what it takes is not known", "use z.string().refine(…) or the like"];
    case "literal":
    case "enum":
      return ["its values are not strings, numbers or bools", "use values of these types"];
    default:
      return [
        `a template cannot hold ${definition.type}`,
        "use strings, numbers, bools, lists and maps of them, and objects",
      ];
  }
}
