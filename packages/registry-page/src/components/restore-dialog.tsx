import { useMutation } from "@tanstack/react-query";
import { restoreVersion, type Version } from "../api/index.ts";
import { useSession } from "../session/session.tsx";
import { Dialog, DialogButtons } from "./dialog.tsx";
import { Problem } from "./states.tsx";
import { versionLabel } from "./text.ts";

/** Says what restoring a version does, and does it. */
export function RestoreDialog({ version, onClose }: { version: Version; onClose: () => void }) {
  const { session } = useSession();
  const restore = useMutation({
    mutationFn: () =>
      restoreVersion(session, { bucket: version.bucket_name, fingerprint: version.fingerprint }),
    onSuccess: onClose,
  });
  return (
    <Dialog title={`Restore ${version.bucket_name} ${versionLabel(version)}?`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          restore.mutate();
        }}
      >
        <p>
          It can be used again, and so can what was built on it, unless that is revoked for another
          reason too.
        </p>
        <p>
          The channel <strong>latest</strong> moves to it if it is the newest. Other channels stay
          where they were rolled back to.
        </p>
        {restore.isError && <Problem error={restore.error} />}
        <DialogButtons onCancel={onClose} confirm="Restore" isBusy={restore.isPending} />
      </form>
    </Dialog>
  );
}
