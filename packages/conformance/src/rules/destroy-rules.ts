import { demand, type Rule, SOURCES, show } from "../rule.ts";
import { isNone, type Subject } from "../subject.ts";

/** What `destroy` removes, and how it fails. */
export const destroyRules: readonly Rule[] = [
  {
    id: "destroy/removes",
    title: "destroy() removes all that the artifact stands for",
    why: "What stays behind costs money and is found by nobody.",
    source: SOURCES.artifactGo,
    notApplicable: ({ remaining }) => (isNone(remaining) ? remaining.none : undefined),
    async check({ artifact, remaining }) {
      if (isNone(remaining)) return;
      const before = await remaining();
      demand(before.length > 0, () => "nothing exists even before destroy(): the rule cannot tell");
      await artifact.destroy();
      const after = await remaining();
      demand(after.length === 0, () => `after destroy() there still are ${after.join(", ")}`);
    },
  },
  {
    id: "destroy/twice",
    title: "destroying twice is harmless",
    why: "Packer may destroy an artifact that a person or a post-processor removed already.",
    source: SOURCES.artifactGo,
    async check({ artifact }) {
      await artifact.destroy();
      await artifact.destroy();
    },
  },
  {
    id: "destroy/reports-all",
    title: "a destroy() that fails in part names everything that it could not remove",
    why: "An error that hides another leaves things behind that nobody looks for.",
    source: SOURCES.contract,
    notApplicable: ({ breakDestroy }) => (isNone(breakDestroy) ? breakDestroy.none : undefined),
    async check({ artifact, breakDestroy, remaining }) {
      if (isNone(breakDestroy)) return;
      const names = await breakDestroy();
      const message = await failureOf(artifact);
      demand(
        message !== undefined,
        () => `destroy() succeeded although ${names.join(", ")} stayed`,
      );
      const unnamed = names.filter((name) => !message.includes(name));
      demand(
        unnamed.length === 0,
        () => `the error ${show(message)} does not name ${unnamed.join(", ")}`,
      );
      if (isNone(remaining)) return;
      const others = (await remaining()).filter((id) => !names.some((name) => name.includes(id)));
      demand(others.length === 0, () => `destroy() gave up early: ${others.join(", ")} stayed too`);
    },
  },
];

async function failureOf(artifact: Subject["artifact"]): Promise<string | undefined> {
  try {
    await artifact.destroy();
    return undefined;
  } catch (error) {
    const inner = error instanceof AggregateError ? error.errors.map(String) : [];
    return [String(error), ...inner].join("\n");
  }
}
