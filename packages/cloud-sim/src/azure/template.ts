import { ApiError } from "../frame/errors.ts";
import type { Body } from "./input.ts";

/** What the expressions of a deployment's template can name. */
export interface TemplateScope {
  subscription: string;
  group: { name: string; location: string };
  /** By name; parameters are never expressions. */
  parameters: ReadonlyMap<string, unknown>;
  /** By name; variables may be expressions themselves. */
  variables: Body;
}

function invalidTemplate(reason: string): ApiError {
  return new ApiError(
    400,
    "InvalidTemplate",
    `Deployment template validation failed: '${reason}'.`,
  );
}

/** The parameters of a deployment: those that it is given, and the template's defaults. */
export function parametersOf(template: Body, given: Body): Map<string, unknown> {
  const declared = (template["parameters"] ?? {}) as Record<string, Body>;
  for (const name of Object.keys(given)) {
    if (name in declared) continue;
    throw invalidTemplate(`the parameter '${name}' is not declared in the template`);
  }
  return new Map(
    Object.entries(declared).map(([name, { defaultValue }]) => {
      const value = (given[name] as Body | undefined)?.["value"] ?? defaultValue;
      if (value === undefined) {
        throw invalidTemplate(`The value for the template parameter '${name}' is not provided`);
      }
      return [name, value];
    }),
  );
}

/** Replaces all expressions in a part of a template by their values. */
export function evaluate(part: unknown, scope: TemplateScope): unknown {
  if (typeof part === "string") {
    if (!part.startsWith("[") || !part.endsWith("]")) return part;
    return part.startsWith("[[") ? part.slice(1) : new Expression(part.slice(1, -1), scope).value();
  }
  if (Array.isArray(part)) return part.map((one) => evaluate(one, scope));
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, evaluate(value, scope)]),
  );
}

type TemplateFunction = (values: unknown[], scope: TemplateScope) => unknown;

/** The functions that templates of machine images use. */
const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  concat: (values) => values.map(String).join(""),
  empty: ([value]) => value === "" || value === null || Object.keys(value as object).length === 0,
  not: ([value]) => value !== true,
  equals: ([one, other]) => one === other,
  toLower: ([value]) => String(value).toLowerCase(),
  resourceGroup: (_values, { group }) => group,
  subscription: (_values, { subscription }) => ({
    id: `/subscriptions/${subscription}`,
    subscriptionId: subscription,
  }),
  parameters([name], { parameters }) {
    const value = parameters.get(String(name));
    if (value !== undefined) return value;
    throw invalidTemplate(`The template parameter '${String(name)}' is not found`);
  },
  variables([name], scope) {
    const value = scope.variables[String(name)];
    if (value !== undefined) return evaluate(value, scope);
    throw invalidTemplate(`The template variable '${String(name)}' is not found`);
  },
  resourceId(values, { subscription, group }) {
    const words = values.map(String);
    const at = words.findIndex((word) => word.includes("/"));
    const owner = at > 0 ? words[at - 1] : group.name;
    const [namespace = "", ...types] = (words[at] ?? "").replace(/\/$/, "").split("/");
    const names = words.slice(at + 1);
    const path = types.map((type, index) => `${type}/${names[index]}`).join("/");
    return `/subscriptions/${subscription}/resourceGroups/${owner}/providers/${namespace}/${path}`;
  },
};

const TOKEN = /\s*(?:'((?:[^']|'')*)'|(-?\d+)|([A-Za-z_]\w*)|([(),.]))/y;

/** One expression: calls of functions, texts, numbers, and parts of what those answer. */
class Expression {
  readonly #text: string;
  readonly #scope: TemplateScope;
  #at = 0;

  constructor(text: string, scope: TemplateScope) {
    this.#text = text;
    this.#scope = scope;
  }

  value(): unknown {
    const value = this.#operand();
    if (this.#at < this.#text.trimEnd().length) throw this.#error();
    return value;
  }

  #operand(): unknown {
    const [, text, number, name] = this.#next();
    if (text !== undefined) return text.replaceAll("''", "'");
    if (number !== undefined) return Number(number);
    const call = name === undefined ? undefined : FUNCTIONS[name];
    if (call === undefined) throw this.#error();
    let value = call(this.#arguments(), this.#scope);
    while (this.#peek() === ".") {
      this.#next();
      const [, , , property = ""] = this.#next();
      value = (value as Record<string, unknown>)[property];
    }
    return value;
  }

  #arguments(): unknown[] {
    if (this.#next()[4] !== "(") throw this.#error();
    const values: unknown[] = [];
    while (this.#peek() !== ")") {
      values.push(this.#operand());
      if (this.#peek() === ",") this.#next();
      else if (this.#peek() !== ")") throw this.#error();
    }
    this.#next();
    return values;
  }

  #peek(): string | undefined {
    const at = this.#at;
    const [, , , , mark] = this.#next();
    this.#at = at;
    return mark;
  }

  #next(): RegExpExecArray {
    TOKEN.lastIndex = this.#at;
    const found = TOKEN.exec(this.#text);
    if (found === null) {
      if (this.#at >= this.#text.length) return [] as unknown as RegExpExecArray;
      throw this.#error();
    }
    this.#at = TOKEN.lastIndex;
    return found;
  }

  #error(): ApiError {
    return invalidTemplate(`the expression '${this.#text}' cannot be evaluated at ${this.#at}`);
  }
}
