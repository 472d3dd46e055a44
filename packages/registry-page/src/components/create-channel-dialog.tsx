import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { createChannel } from "../api/index.ts";
import { useSession } from "../session/session.tsx";
import { Dialog, DialogButtons } from "./dialog.tsx";
import { Problem } from "./states.tsx";

/** Asks for a channel's name, and makes it. */
export function CreateChannelDialog({ bucket, onClose }: { bucket: string; onClose: () => void }) {
  const { session } = useSession();
  const [name, setName] = useState("");
  const [isRestricted, setIsRestricted] = useState(false);
  const create = useMutation({
    mutationFn: () => createChannel(session, { bucket, channel: name }, isRestricted),
    onSuccess: onClose,
  });
  return (
    <Dialog title={`New channel of ${bucket}`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <label>
          Name
          <input
            required
            pattern="[a-zA-Z0-9\-]{3,36}"
            title="3 to 36 letters, digits and hyphens"
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={isRestricted}
            onChange={(event) => setIsRestricted(event.target.checked)}
          />
          Hide it from principals who only read
        </label>
        {create.isError && <Problem error={create.error} />}
        <DialogButtons onCancel={onClose} confirm="Make the channel" isBusy={create.isPending} />
      </form>
    </Dialog>
  );
}
