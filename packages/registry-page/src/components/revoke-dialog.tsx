import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { revokeVersion, type Version } from "../api/index.ts";
import { impactQuery } from "../data/queries.ts";
import { useSession } from "../session/session.tsx";
import { Dialog, DialogButtons } from "./dialog.tsx";
import { Impact } from "./impact.tsx";
import { Loaded, Problem } from "./states.tsx";
import { versionLabel } from "./text.ts";

/** Asks why and how to revoke a version, shows what that would do, and does it. */
export function RevokeDialog({ version, onClose }: { version: Version; onClose: () => void }) {
  const { session } = useSession();
  const path = { bucket: version.bucket_name, fingerprint: version.fingerprint };
  const [message, setMessage] = useState("");
  const [later, setLater] = useState("");
  const [choice, setChoice] = useState({ descendants: true, rollBack: true });
  const impact = useQuery(impactQuery(session, path, choice));
  const revoke = useMutation({
    mutationFn: () => {
      const at = later === "" ? undefined : new Date(later).toISOString();
      return revokeVersion(session, path, { ...choice, message: message.trim(), at });
    },
    onSuccess: onClose,
  });
  const set = (change: Partial<typeof choice>) => setChoice({ ...choice, ...change });
  const name = `${version.bucket_name} ${versionLabel(version)}`;
  return (
    <Dialog title={`Revoke ${name}?`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          revoke.mutate();
        }}
      >
        <p>Templates and Terraform are refused a revoked version. It can be restored.</p>
        <label className="check">
          <input
            type="checkbox"
            checked={choice.descendants}
            onChange={(event) => set({ descendants: event.target.checked })}
          />
          Also revoke all that was built on it
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={choice.rollBack}
            onChange={(event) => set({ rollBack: event.target.checked })}
          />
          Roll back the channels that point at it
        </label>
        <section className="impact" aria-label="What this will do" aria-live="polite">
          <Loaded query={impact} what="what this will do">
            {(data) => <Impact impact={data} isLater={later !== ""} />}
          </Loaded>
        </section>
        <label>
          Why, for those who are refused
          <textarea
            rows={2}
            required
            maxLength={1024}
            value={message}
            onChange={(event) => setMessage(event.target.value)}
          />
        </label>
        <label>
          When (now, if empty)
          <input
            type="datetime-local"
            value={later}
            onChange={(event) => setLater(event.target.value)}
          />
        </label>
        {revoke.isError && <Problem error={revoke.error} />}
        <DialogButtons
          onCancel={onClose}
          confirm={later === "" ? "Revoke now" : "Schedule"}
          isBusy={revoke.isPending}
          isReady={impact.isSuccess && !impact.isPlaceholderData}
          isDangerous
        />
      </form>
    </Dialog>
  );
}
