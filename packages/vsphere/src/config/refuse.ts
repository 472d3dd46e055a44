import { z } from "zod";

/** Says what is wrong with an attribute; the message goes on from its name. */
export type Refuse = (attribute: string, message: string) => void;

const types = {
  text: z.string().optional().describe("Not supported."),
  number: z.number().optional().describe("Not supported."),
  flag: z.boolean().optional().describe("Not supported."),
  list: z.array(z.string()).optional().describe("Not supported."),
  map: z.record(z.string(), z.string()).optional().describe("Not supported."),
};

type TypeName = keyof typeof types;

/** Options that are left out: of which type each is, and what to do instead. */
export type LeftOut = Readonly<Record<string, readonly [type: TypeName, cure: string]>>;

/** Fields for options that are left out: they are known so that they can be refused with a word on what to do. */
export function leftOutFields<Options extends LeftOut>(
  options: Options,
): { [Name in keyof Options]: (typeof types)[Options[Name][0]] } {
  const fields = Object.entries(options).map(([name, [type]]) => [name, types[type]]);
  return Object.fromEntries(fields);
}

/** Refuses every option that is left out and set to something. */
export function refuseLeftOut(
  options: LeftOut,
  config: Readonly<Record<string, unknown>>,
  refuse: Refuse,
): void {
  for (const [name, [, cure]] of Object.entries(options)) {
    const value = config[name];
    if (value !== undefined && value !== false) refuse(name, `is not supported: ${cure}`);
  }
}
