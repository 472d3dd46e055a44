import { ARTIFACT_STATE_URI, fromWire, type Image } from "@packerkit/registry-image";
import { demand, RuleViolation, show } from "./rule.ts";
import type { ArtifactHandle, Expectations } from "./subject.ts";

/** The images that an artifact answers, decoded as Packer decodes them. @throws {RuleViolation} */
export async function readImages(artifact: ArtifactHandle): Promise<Image[]> {
  const answer = await askState(artifact, ARTIFACT_STATE_URI);
  try {
    return fromWire(answer);
  } catch (cause) {
    throw new RuleViolation(
      `the state ${ARTIFACT_STATE_URI} cannot be read as an Image or a list of them: ${String(cause)}`,
    );
  }
}

/** Asks the state. @throws {RuleViolation} where that throws. */
export async function askState(artifact: ArtifactHandle, name: string): Promise<unknown> {
  try {
    return await artifact.state(name);
  } catch (cause) {
    throw new RuleViolation(
      `state(${show(name)}) threw ${String(cause)}; answer undefined instead`,
    );
  }
}

/** The reason to pass over rules about images: the artifact declares that it has no metadata. */
export function withoutMetadata(_: unknown, expectations: Expectations): string | undefined {
  return expectations.metadata?.none;
}

/** Demands that `text` has the given form, where one is known. */
export function demandForm(text: string, form: unknown, what: string): void {
  if (form instanceof RegExp) {
    demand(form.test(text), () => `${what} is ${show(text)}, which does not look like ${form}`);
  }
}
