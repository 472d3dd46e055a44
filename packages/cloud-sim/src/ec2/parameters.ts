import { ApiError } from "../frame/errors.ts";

/** How many fields a request may have. */
const MAX_FIELDS = 20_000;

/**
 * The parameters of a request in the EC2 Query protocol: `Name=web`, lists as `ImageId.1=…`, structures as
 * `Filter.1.Value.2=…`.
 */
export class Parameters {
  readonly #fields: ReadonlyMap<string, string>;
  readonly #prefix: string;

  constructor(fields: ReadonlyMap<string, string>, prefix = "") {
    this.#fields = fields;
    this.#prefix = prefix;
  }

  /** @throws {ApiError} where there are too many fields. */
  static parse(form: string): Parameters {
    const fields = new Map(new URLSearchParams(form));
    if (fields.size > MAX_FIELDS) {
      throw new ApiError(
        400,
        "MalformedQueryString",
        `The request has more than ${MAX_FIELDS} fields`,
      );
    }
    return new Parameters(fields);
  }

  /** `undefined` where it is missing or empty. */
  text(name: string): string | undefined {
    return this.#fields.get(this.#prefix + name) || undefined;
  }

  /** Whether it is there, be it empty. */
  has(name: string): boolean {
    return this.#fields.has(this.#prefix + name);
  }

  /** @throws {ApiError} `MissingParameter` */
  required(name: string): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    throw new ApiError(
      400,
      "MissingParameter",
      `The request must contain the parameter ${this.#prefix}${name}`,
    );
  }

  /** @throws {ApiError} `InvalidParameterValue` */
  number(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw invalidValue(value, this.#prefix + name);
  }

  /** @throws {ApiError} `InvalidParameterValue` */
  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value === "true" || value === "false") return value === "true";
    throw invalidValue(value, this.#prefix + name);
  }

  /** The values of `Name.1`, `Name.2` and so on. */
  list(name: string): string[] {
    return this.#indices(name).flatMap((index) => this.text(`${name}.${index}`) ?? []);
  }

  /** The structures `Name.1.…`, `Name.2.…` and so on. */
  structures(name: string): Parameters[] {
    return this.#indices(name).map((index) => this.structure(`${name}.${index}`));
  }

  /** The structure `Name.…`; it may be empty. */
  structure(name: string): Parameters {
    return new Parameters(this.#fields, `${this.#prefix}${name}.`);
  }

  /** Whether the structure `Name.…` has a field. */
  hasStructure(name: string): boolean {
    const start = `${this.#prefix}${name}.`;
    return [...this.#fields.keys()].some((field) => field.startsWith(start));
  }

  #indices(name: string): number[] {
    const start = `${this.#prefix}${name}.`;
    const indices = new Set<number>();
    for (const field of this.#fields.keys()) {
      if (!field.startsWith(start)) continue;
      const [index = ""] = field.slice(start.length).split(".", 1);
      if (/^\d{1,5}$/.test(index)) indices.add(Number(index));
    }
    return [...indices].sort((left, right) => left - right);
  }
}

function invalidValue(value: string, name: string): ApiError {
  return new ApiError(
    400,
    "InvalidParameterValue",
    `Value (${value}) for parameter ${name} is invalid`,
  );
}
