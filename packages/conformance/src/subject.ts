type Awaitable<Value> = Value | Promise<Value>;

/** An artifact under test: one of this process, or one in a plugin's process, which answers with promises. */
export interface ArtifactHandle {
  builderId(): Awaitable<string>;
  files(): Awaitable<readonly string[]>;
  id(): Awaitable<string>;
  toString(): Awaitable<string>;
  state(name: string): unknown;
  destroy(): Awaitable<void>;
}

/** Why something does not apply to a kind of artifact. */
export interface None {
  /** One sentence for people; it stands in the report. */
  none: string;
}

/** A fresh artifact with the handles that the rules turn. What cannot be turned says why. */
export interface Subject {
  artifact: ArtifactHandle;
  /** The same kind of artifact, its state holding `generatedData` under `generated_data`. */
  withGeneratedData: ((generatedData: unknown) => Awaitable<ArtifactHandle>) | None;
  /** The ids of those things of the artifact that still exist at the provider. */
  remaining: (() => Awaitable<readonly string[]>) | None;
  /** Makes the next `destroy` fail for some things; answers texts, such as ids, that its error must name. */
  breakDestroy: (() => Awaitable<readonly string[]>) | None;
  /** Runs when a rule is done with the subject. */
  dispose?(): Awaitable<void>;
}

/** What is known beforehand of a kind of artifact. What is left out is not compared, only checked for form. */
export interface Expectations {
  builderId?: string;
  /** The exact provider name, such as `aws`. */
  provider?: string;
  /** The form of the provider's image ids. */
  imageId?: RegExp;
  /** The form of the provider's regions, or why there are none. */
  region?: RegExp | None;
  /** The form of the ids of source images, or why there are none. */
  sourceId?: RegExp | None;
  /** Why this kind of artifact has no metadata at all, such as a plain file. */
  metadata?: None;
  /** Names of labels that each image has. */
  labels?: readonly string[];
  /** State keys, besides the metadata, that must have an answer. */
  stateKeys?: readonly string[];
  /** Texts that must show up nowhere: passwords, tokens. */
  secrets?: readonly string[];
}

/** Tells whether a handle or an expectation was declared as having none. */
export function isNone(value: unknown): value is None {
  return typeof value === "object" && value !== null && "none" in value;
}
