/** A kind of value that an attribute holds. */
export type PrimitiveKind = "string" | "number" | "bool";

/**
 * The form of a component's settings: what a template may say, with no regard to which values are valid. It is made
 * from a zod schema; the HCL2 spec is made from it, and settings are brought into form by it.
 */
export type ConfigShape = PrimitiveShape | ListShape | MapShape | BlockShape | BlocksShape;

/** One value. Where several kinds are allowed, HCL hands over a string, and `accepts` tells which kind was meant. */
export interface PrimitiveShape {
  readonly kind: "primitive";
  readonly allowed: ReadonlySet<PrimitiveKind>;
  accepts(value: unknown): boolean;
}

/** `name = [ … ]` */
export interface ListShape {
  readonly kind: "list";
  readonly element: ConfigShape;
}

/** `name = { key = … }` */
export interface MapShape {
  readonly kind: "map";
  readonly element: ConfigShape;
}

/** `name { … }`, or the settings as a whole */
export interface BlockShape {
  readonly kind: "block";
  readonly fields: ReadonlyMap<string, ConfigField>;
  /** Whether names that are not among the fields pass. */
  readonly open: boolean;
}

/** `name { … }`, any number of times */
export interface BlocksShape {
  readonly kind: "blocks";
  readonly block: BlockShape;
}

/** An attribute or a block, by its name. */
export interface ConfigField {
  readonly shape: ConfigShape;
  /** Whether it may be left out. */
  readonly optional: boolean;
  /** Whether null is a value of its own, and not just the absence of one. */
  readonly nullable: boolean;
  /** Set where it is deprecated; what to do instead, as `.meta({ deprecated: true, instead: "use x" })` says. */
  readonly deprecated?: string;
  /** Whether its values must not be shown: `.meta({ sensitive: true })`. */
  readonly sensitive: boolean;
}
