import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { assignChannel, type Channel, type Version } from "../api/index.ts";
import { useSession } from "../session/session.tsx";
import { Dialog, DialogButtons } from "./dialog.tsx";
import { Move } from "./move.tsx";
import { Problem } from "./states.tsx";
import { VersionChoice } from "./version-choice.tsx";

/** Lets one choose the version that a channel points at, says what the change is, and makes it. */
export function AssignDialog({
  channel,
  initial = channel.version,
  onClose,
}: {
  channel: Channel;
  /** The version that is chosen at first. */
  initial?: Version | undefined;
  onClose: () => void;
}) {
  const { session } = useSession();
  const { bucket_name: bucket, name, version: current } = channel;
  const [chosen, setChosen] = useState(initial);
  const assign = useMutation({
    mutationFn: () => assignChannel(session, { bucket, channel: name }, chosen?.fingerprint ?? ""),
    onSuccess: onClose,
  });
  const isChange = chosen?.id !== current?.id;
  return (
    <Dialog title={`Assign a version to ${name}`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          assign.mutate();
        }}
      >
        <VersionChoice bucket={bucket} current={current} chosen={chosen} onChoose={setChosen} />
        <p className="change" aria-live="polite">
          {isChange ? (
            <>
              {bucket} <strong>{name}</strong>:{" "}
              <Move from={current?.name ?? "no version"} to={chosen?.name ?? "no version"} />
            </>
          ) : (
            "Choose another version than the one it points at."
          )}
        </p>
        {assign.isError && <Problem error={assign.error} />}
        <DialogButtons
          onCancel={onClose}
          confirm={isChange ? nameOfChange(current, chosen) : "Assign"}
          isBusy={assign.isPending}
          isReady={isChange}
        />
      </form>
    </Dialog>
  );
}

/** What pointing a channel elsewhere is called: `Promote to v5`, `Roll back to v3`, or `Unassign`. */
export function nameOfChange(current: Version | undefined, chosen: Version | undefined): string {
  if (chosen === undefined) return "Unassign";
  const isOlder = current !== undefined && numberOf(chosen) < numberOf(current);
  return isOlder ? `Roll back to ${chosen.name}` : `Promote to ${chosen.name}`;
}

function numberOf({ name }: Version): number {
  return Number(name.slice(1));
}
